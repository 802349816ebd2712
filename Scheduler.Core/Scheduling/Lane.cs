using System.Globalization;

namespace Scheduler.Core.Scheduling;

/// <summary>What an occurrence was asked for by; runs of different lanes never stand in each other's way.</summary>
public static class Lane
{
    /// <summary>The schedule itself.</summary>
    public const string Schedule = "schedule";

    /// <param name="key">The caller's Idempotency-Key, or a new id.</param>
    public static string Manual(string key) => Named("manual", key);

    public static string Backfill(string backfillId) => Named("backfill", backfillId);

    /// <param name="runId">The run that is done again.</param>
    /// <param name="number">Counts the replays of that run, from 1.</param>
    public static string Replay(string runId, int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        return Replays(runId) + number.ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="runId">The run that is done again.</param>
    /// <param name="key">The caller's Idempotency-Key.</param>
    public static string Replay(string runId, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return $"{Replays(runId)}key:{key}";
    }

    /// <summary>What the lanes of all replays of a run begin with.</summary>
    public static string Replays(string runId) => $"{Named("replay", runId)}:";

    private static string Named(string kind, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return $"{kind}:{id}";
    }
}
