namespace Scheduler.Core.Audit;

/// <summary>What a walk along a chain found.</summary>
/// <param name="Chain">Which one.</param>
/// <param name="Head">As far as the chain is whole.</param>
/// <param name="Fault">Null for a whole chain.</param>
/// <param name="Position">Where the fault is; 0 without one.</param>
public sealed record ChainReport(string Chain, ChainHead Head, ChainFault? Fault, long Position);
