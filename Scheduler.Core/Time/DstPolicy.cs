using Scheduler.Core.Contracts;

namespace Scheduler.Core.Time;

/// <summary>
/// What a schedule does when its zone's clock jumps. The whole table with examples is in docs/scheduling.md.
/// A gap: wall times that do not exist. An overlap: wall times that come twice, in a first and a second pass.
/// </summary>
[WireCase(upper: false)]
public enum DstPolicy
{
    /// <summary>
    /// Gap: passed over when the hour field begins with <c>*</c>, else one run at the first instant after it.
    /// Overlap: both passes when the minute or the hour field begins with <c>*</c>, else the first.
    /// </summary>
    Default,

    /// <summary>Gap: dropped, nothing runs in its place. Overlap: the first pass.</summary>
    Skip,

    /// <summary>Gap: as in <see cref="Default"/>. Overlap: the first pass, whatever the fields.</summary>
    First,

    /// <summary>Gap: as in <see cref="Default"/>. Overlap: the second pass, whatever the fields.</summary>
    Last,

    /// <summary>Gap: as in <see cref="Default"/>. Overlap: both passes, whatever the fields.</summary>
    Both,
}
