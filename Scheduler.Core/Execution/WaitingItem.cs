using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>A leased item that waits for a free slot.</summary>
/// <param name="Until">When it is handed back if none was free, in monotonic time.</param>
internal sealed record WaitingItem(LeaseItem Item, LeaseTerm Term, Duration Until);
