namespace Scheduler.Api.RateLimits;

/// <summary>The hashes of keys seen lately, in two generations of bounded size. Safe for concurrent use.</summary>
internal sealed class RecentKeys
{
    /// <summary>Most hashes in each generation.</summary>
    public const int Capacity = 20_000;

    private readonly Lock gate = new();
    private HashSet<string> young = new(StringComparer.Ordinal);
    private HashSet<string> old = new(StringComparer.Ordinal);

    public bool Contains(string hash)
    {
        lock (gate)
        {
            return young.Contains(hash) || old.Contains(hash);
        }
    }

    public void Add(string hash)
    {
        lock (gate)
        {
            if (young.Count >= Capacity)
            {
                (old, young) = (young, new HashSet<string>(StringComparer.Ordinal));
            }
            young.Add(hash);
        }
    }
}
