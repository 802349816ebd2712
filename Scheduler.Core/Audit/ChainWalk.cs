namespace Scheduler.Core.Audit;

/// <summary>Follows a chain row by row and stops at the first one that is wrong. Pure: knows only what it is handed.</summary>
/// <param name="chain">Which chain; a row of another one is not part of it.</param>
/// <param name="head">As it was read before the first row, so that every row up to it must be there.</param>
/// <param name="kept">A hash kept elsewhere that is looked for on the way; null for none.</param>
public sealed class ChainWalk(string chain, ChainHead? head, string? kept)
{
    /// <summary>The last row that is as it must be.</summary>
    public ChainHead Reached { get; private set; } = ChainHead.Empty;

    public bool HasMetKept { get; private set; }

    /// <summary>Null when the row is the one that must come next.</summary>
    public ChainReport? Step(AuditEntry entry)
    {
        var expected = Reached.Position + 1;
        if (entry.Position is not { } position || position != expected)
        {
            return Report(ChainFault.Missing, expected);
        }
        if (entry.PreviousHash != Reached.Hash)
        {
            return Report(ChainFault.Unlinked, position);
        }
        var hash = EntryHash.Of(entry, position, Reached.Hash);
        if (entry.Chain != chain || entry.EntryHash != hash)
        {
            return Report(ChainFault.Changed, position);
        }
        if (head?.Position == position && head.Hash != hash)
        {
            return Report(ChainFault.OtherHead, position);
        }
        Reached = new ChainHead(position, hash);
        HasMetKept |= string.Equals(kept, hash, StringComparison.OrdinalIgnoreCase);
        return null;
    }

    /// <summary>After the last row. The head may have moved on while the rows were read.</summary>
    /// <param name="headNow">As it is read after the last row.</param>
    public ChainReport End(ChainHead? headNow)
    {
        if (Reached.Position < (head?.Position ?? 0))
        {
            return Report(ChainFault.CutTail, Reached.Position + 1);
        }
        return Reached.Position > (headNow?.Position ?? 0)
            ? Report(ChainFault.BeyondHead, (headNow?.Position ?? 0) + 1)
            : new ChainReport(chain, Reached, null, 0);
    }

    private ChainReport Report(ChainFault fault, long position) => new(chain, Reached, fault, position);
}
