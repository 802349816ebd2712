using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>Gives out the turns to call a provider, each once, to whichever worker asks.</summary>
public sealed class PaceDesk(IPaceStore store)
{
    /// <summary>Workers of one customer that ask at the same moment; beyond that a worker is sent away to ask again.</summary>
    private const int Tries = 20;

    /// <summary>Takes what is asked for; a pause counts before it.</summary>
    /// <exception cref="Storage.StorageUnavailableException">
    /// The store cannot be reached, or too many ask at once. Turns that were taken all the same come back with time.
    /// </exception>
    public async Task<PaceResponse> TakeAsync(PaceRequest request, CancellationToken cancellationToken)
    {
        var key = new RateKey(request.CustomerId, request.Provider, request.Account);
        var policy = new RatePolicy(request.Burst, Duration.FromMilliseconds(request.IntervalMs));
        var longest = Duration.FromMilliseconds(request.LongestWaitMs);
        for (var tries = 0; tries < Tries; tries++)
        {
            var kept = await store.FindAsync(key, cancellationToken);
            var bucket =
                request.PauseMs > 0
                    ? kept.Bucket.Close(kept.Now, Duration.FromMilliseconds(request.PauseMs))
                    : kept.Bucket;
            var (taken, wait, next) = (0, Duration.Zero, bucket);
            if (request.Calls > 0)
            {
                (taken, wait, next) = bucket.TakeUpTo(request.Calls, policy, kept.Now, longest);
            }
            // A turn that was refused leaves nothing to keep.
            var isUnchanged = taken == 0 && request.PauseMs == 0;
            if (isUnchanged || await store.SaveAsync(key, next, kept.Version, cancellationToken))
            {
                return new PaceResponse { Calls = taken, WaitMs = Milliseconds(wait) };
            }
        }
        throw new Storage.StorageUnavailableException(
            "Too many workers asked for turns to call one provider at the same moment."
        );
    }

    /// <summary>Upwards: a turn is not begun a moment early.</summary>
    private static int Milliseconds(Duration wait) => (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalMilliseconds));
}
