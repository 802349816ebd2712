using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Overview;

/// <summary>Data that no completed run has fetched.</summary>
/// <param name="Latest">The run that was to fetch it, the latest of them; null where none was.</param>
public sealed record MissingInterval(Instant From, Instant To, Run? Latest);
