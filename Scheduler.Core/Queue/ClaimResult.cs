using Scheduler.Core.Contracts;

namespace Scheduler.Core.Queue;

/// <summary>What one look at the queue took for one claim.</summary>
/// <param name="More">Customers are left that this look did not reach: another one may find work.</param>
public sealed record ClaimResult(IReadOnlyList<LeaseItem> Items, bool More);
