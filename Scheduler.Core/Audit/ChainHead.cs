namespace Scheduler.Core.Audit;

/// <summary>The end of a chain.</summary>
/// <param name="Position">Of the last row; 0 for a chain without rows.</param>
/// <param name="Hash">Of the last row.</param>
public sealed record ChainHead(long Position, string Hash)
{
    public static readonly ChainHead Empty = new(0, EntryHash.Genesis);
}
