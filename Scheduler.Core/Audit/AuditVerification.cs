using System.Runtime.CompilerServices;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Audit;

/// <summary>Walks the chains of the audit trail, a page at a time, also while they grow.</summary>
public sealed class AuditVerification(AuditStore store)
{
    private const int Page = 1_000;

    /// <summary>Whether the hash that was kept elsewhere stood somewhere in the chains walked so far.</summary>
    public bool HasMetKept { get; private set; }

    /// <summary>One report per chain.</summary>
    /// <param name="onlyChain">The one to walk; null for all.</param>
    /// <param name="kept">A hash kept elsewhere.</param>
    /// <param name="progress">Told the chain and the position after each page.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public async IAsyncEnumerable<ChainReport> VerifyAsync(
        string? onlyChain,
        string? kept,
        Action<string, long>? progress,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (onlyChain is not null)
        {
            yield return await WalkAsync(onlyChain, kept, progress, cancellationToken);
            yield break;
        }
        var chain = await store.NextChainAsync("", cancellationToken);
        while (chain is not null)
        {
            yield return await WalkAsync(chain, kept, progress, cancellationToken);
            chain = await store.NextChainAsync(chain, cancellationToken);
        }
    }

    private async Task<ChainReport> WalkAsync(
        string chain,
        string? kept,
        Action<string, long>? progress,
        CancellationToken cancellationToken
    )
    {
        var walk = new ChainWalk(chain, await store.HeadAsync(chain, cancellationToken), kept);
        while (true)
        {
            var page = await store.ListChainedAsync(chain, walk.Reached.Position, Page, cancellationToken);
            foreach (var entry in page)
            {
                if (walk.Step(entry) is { } fault)
                {
                    return fault;
                }
            }
            HasMetKept |= walk.HasMetKept;
            if (page.Count < Page)
            {
                return walk.End(await store.HeadAsync(chain, cancellationToken));
            }
            progress?.Invoke(chain, walk.Reached.Position);
        }
    }
}
