namespace Scheduler.Core.Audit;

/// <summary>How far a chain's head moves, if it is still where it was read.</summary>
/// <param name="ExpectedHash">Null where the chain had no head yet.</param>
public sealed record ChainMove(
    string Chain,
    long ExpectedPosition,
    string? ExpectedHash,
    long Position,
    string EntryHash
);
