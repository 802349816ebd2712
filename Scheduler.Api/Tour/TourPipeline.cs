using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Tour;

/// <summary>A pipeline of the tour.</summary>
/// <param name="Age">How long ago it counts as configured: what its schedule has had since then is due at once.</param>
internal sealed record TourPipeline(ConfigurePipelineRequest Request, Duration Age);
