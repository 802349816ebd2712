using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A run to end without having started, and the day of its customer on which that counts.</summary>
internal readonly record struct ModelSkip(
    string RunId,
    SkipReason Reason,
    string? Note,
    string EndUsageId,
    LocalDate EndUsageDate
);
