namespace Scheduler.Core.Audit;

/// <summary>The places of rows that wait, and the moves of the heads of their chains.</summary>
public sealed record ChainExtension(IReadOnlyList<ChainMove> Heads, IReadOnlyList<ChainLink> Links)
{
    /// <summary>Chains the rows in the order they come in. Pure.</summary>
    public static ChainExtension Over(IReadOnlyList<UnchainedEntry> waiting)
    {
        var moves = new Dictionary<string, ChainMove>(StringComparer.Ordinal);
        var links = new List<ChainLink>(waiting.Count);
        foreach (var (entry, headPosition, headHash) in waiting)
        {
            var move =
                moves.GetValueOrDefault(entry.Chain)
                ?? new ChainMove(entry.Chain, headPosition, headHash, headPosition, headHash ?? EntryHash.Genesis);
            var position = move.Position + 1;
            var hash = EntryHash.Of(entry, position, move.EntryHash);
            links.Add(new ChainLink(entry.AuditId, position, move.EntryHash, hash));
            moves[entry.Chain] = move with { Position = position, EntryHash = hash };
        }
        return new ChainExtension([.. moves.Values], links);
    }
}
