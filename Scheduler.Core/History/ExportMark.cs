using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>The last row of a stream that the other store has for certain.</summary>
internal readonly record struct ExportMark(Instant At, string Id)
{
    /// <summary>Before every row.</summary>
    public static ExportMark Start { get; } = new(Microseconds.First, "");
}
