using Scheduler.Core.Storage;

namespace Scheduler.Core.Security;

/// <summary>
/// Gathers which keys were used and writes it down now and then, in one statement for many: no request waits for it, and
/// what is kept is bounded. Beyond the bound a use is not noted; the key's next one is.
/// </summary>
public sealed class KeyUses(ApiKeyStore store)
{
    /// <summary>Most keys kept between two writings.</summary>
    public const int Capacity = 20_000;

    private const int Batch = 1_000;

    private readonly Lock gate = new();
    private HashSet<string> used = new(StringComparer.Ordinal);

    public void Note(string apiKeyId)
    {
        lock (gate)
        {
            if (used.Count < Capacity)
            {
                used.Add(apiKeyId);
            }
        }
    }

    /// <summary>Writes down what was noted since the last time. What fails to be written is lost: it is no bookkeeping.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        HashSet<string> taken;
        lock (gate)
        {
            taken = used;
            used = new(StringComparer.Ordinal);
        }
        foreach (var batch in taken.Chunk(Batch))
        {
            await store.TouchAsync(batch, cancellationToken);
        }
    }
}
