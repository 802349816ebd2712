using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>
/// When each call to a provider may start: all pipelines of a customer share one pace per provider account, on whichever worker they
/// run. Turns come from the API. While it gives none, this process paces its own calls, and the provider's own answers keep
/// several processes apart: a pipeline never fails for want of a turn that nobody can give.
/// </summary>
/// <param name="shared">Where turns come from; null where this process is alone.</param>
public sealed partial class ProviderLimits(IPaceApi? shared, TimeProvider timeProvider, ILogger<ProviderLimits> logger)
{
    /// <summary>Longer than an API that is up ever takes, short beside a provider's answer.</summary>
    internal static readonly Duration AnswerWithin = Duration.FromSeconds(2);

    /// <summary>Nobody is asked for this long after a call to the API failed.</summary>
    internal static readonly Duration Silence = Duration.FromSeconds(15);

    /// <summary>Turns that were taken in advance are used within this time or not at all.</summary>
    internal static readonly Duration KeptFor = Duration.FromSeconds(5);

    /// <summary>Most turns taken in advance: a listing of many pages asks once for so many of them.</summary>
    private const int MostAtOnce = 8;

    private readonly ConcurrentDictionary<RateKey, Entry> entries = new();
    private readonly IClock clock = timeProvider.ToClock();
    private readonly Lock gate = new();
    private Instant silentUntil = Instant.MinValue;
    private bool isAlone;

    /// <summary>Waits for the turn of one call.</summary>
    /// <param name="key">Whose calls count together.</param>
    /// <param name="policy">How fast they may be.</param>
    /// <param name="longestWait">What the run has left.</param>
    /// <returns>Null when the call may start, else how long it would have had to wait: nothing was waited.</returns>
    public async Task<Duration?> WaitAsync(
        RateKey key,
        RatePolicy policy,
        Duration longestWait,
        CancellationToken cancellationToken
    )
    {
        var entry = EntryOf(key);
        int asked;
        lock (entry)
        {
            asked = entry.Use(clock.GetCurrentInstant(), policy);
        }
        if (asked == 0)
        {
            return null;
        }
        var request = Request(key, policy) with { Calls = asked, LongestWaitMs = Whole(longestWait) };
        var answer = await AskAsync(request, cancellationToken);
        Duration wait;
        lock (entry)
        {
            var now = clock.GetCurrentInstant();
            if (answer is null)
            {
                (var granted, wait, entry.Own) = entry.Own.Take(policy, now, longestWait);
                if (!granted)
                {
                    return wait;
                }
            }
            else
            {
                wait = Duration.FromMilliseconds(answer.WaitMs);
                if (answer.Calls == 0)
                {
                    return wait;
                }
                entry.Keep(answer.Calls, now, policy);
            }
        }
        if (wait > Duration.Zero)
        {
            await Task.Delay(wait.ToTimeSpan(), timeProvider, cancellationToken);
        }
        return null;
    }

    /// <summary>The provider asked for a pause: it holds for all of the customer's pipelines, on all workers.</summary>
    public async Task PauseAsync(RateKey key, RatePolicy policy, Duration pause, CancellationToken cancellationToken)
    {
        var entry = EntryOf(key);
        lock (entry)
        {
            entry.Close(clock.GetCurrentInstant(), pause);
        }
        await AskAsync(Request(key, policy) with { PauseMs = Whole(pause) }, cancellationToken);
    }

    private Entry EntryOf(RateKey key) =>
        entries.GetOrAdd(key, _ => new Entry(TokenBucket.Full(clock.GetCurrentInstant())));

    /// <summary>Null when nobody answers.</summary>
    private async Task<PaceResponse?> AskAsync(PaceRequest request, CancellationToken cancellationToken)
    {
        if (shared is null || IsSilent())
        {
            return null;
        }
        var answer = await ApiCall.SendAsync(
            token => shared.PaceAsync(request, token),
            AnswerWithin,
            timeProvider,
            cancellationToken
        );
        var given = (answer as ApiAnswer<PaceResponse>.Success)?.Content;
        bool turned;
        lock (gate)
        {
            turned = isAlone != given is null;
            isAlone = given is null;
            if (isAlone)
            {
                silentUntil = clock.GetCurrentInstant() + Silence;
            }
        }
        if (turned && given is null)
        {
            LogAlone((answer as ApiAnswer<PaceResponse>.Failed)?.Failure.Detail ?? "answered 404");
        }
        else if (turned)
        {
            LogShared();
        }
        return given;
    }

    private bool IsSilent()
    {
        lock (gate)
        {
            return clock.GetCurrentInstant() < silentUntil;
        }
    }

    private static PaceRequest Request(RateKey key, RatePolicy policy) =>
        new()
        {
            CustomerId = key.CustomerId,
            Provider = key.Provider,
            Account = key.Account,
            Burst = policy.Burst,
            IntervalMs = Whole(policy.Every),
        };

    private static int Whole(Duration duration) =>
        (int)Math.Clamp(Math.Ceiling(duration.TotalMilliseconds), 0, PaceRequest.LongestMs);

    [LoggerMessage(
        EventId = 4101,
        Level = LogLevel.Warning,
        Message = "The pace of calls to providers is this process's own until the API gives turns again: {Detail}"
    )]
    private partial void LogAlone(string detail);

    [LoggerMessage(
        EventId = 4102,
        Level = LogLevel.Information,
        Message = "The pace of calls to providers is shared between workers again"
    )]
    private partial void LogShared();

    /// <summary>What this process knows of one pace. Held locked.</summary>
    private sealed class Entry(TokenBucket own)
    {
        private int turns;
        private int batch = 1;
        private Instant keptUntil = Instant.MinValue;

        /// <summary>The process's own pace, for as long as nobody gives turns.</summary>
        public TokenBucket Own { get; set; } = own;

        /// <summary>Uses a turn that was taken in advance.</summary>
        /// <returns>0 when there was one, else how many to ask for: more while one call follows the other.</returns>
        public int Use(Instant now, RatePolicy policy)
        {
            if (now >= keptUntil)
            {
                (turns, batch) = (0, 1);
            }
            if (turns > 0 && now >= Own.ClosedUntil)
            {
                turns--;
                return 0;
            }
            return Math.Min(batch, policy.Burst);
        }

        /// <summary>The first of the turns is used at once. All count in the process's own pace, too.</summary>
        public void Keep(int taken, Instant now, RatePolicy policy)
        {
            turns += taken - 1;
            batch = Math.Min(2 * taken, MostAtOnce);
            keptUntil = now + KeptFor;
            for (var nth = 0; nth < taken; nth++)
            {
                Own = Own.Take(policy, now, Duration.MaxValue).Next;
            }
        }

        public void Close(Instant now, Duration pause)
        {
            turns = 0;
            Own = Own.Close(now, pause);
        }
    }
}
