using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Queue;

/// <summary>Turns a worker's word, or the clock's, into what has to be written.</summary>
public static class LeaseEnding
{
    private const int MaxMessageLength = 2000;

    public static LeaseEnd Lost(LeaseFacts facts, Instant now) => Plain(facts, LeaseEndKind.Lost, now);

    public static LeaseEnd Reported(LeaseFacts facts, RunResult result, Instant now, Random random, IIdSource ids) =>
        result.Outcome switch
        {
            RunOutcome.Completed => Plain(facts, LeaseEndKind.Completed, now) with { CredentialUsed = Used(result) },
            RunOutcome.Released => Plain(facts, LeaseEndKind.Released, now),
            RunOutcome.Cancelled => Plain(facts, LeaseEndKind.Cancelled, now) with
            {
                ErrorMessage = Cut(result.ErrorMessage) ?? "Cancelled on request.",
            },
            RunOutcome.Failed => Failed(facts, result, now, random, ids),
            _ => throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "Unknown outcome."),
        };

    private static LeaseEnd Failed(LeaseFacts facts, RunResult result, Instant now, Random random, IIdSource ids)
    {
        var error = result.ErrorType ?? ErrorType.Unknown;
        var config = RetryConfig.Parse(facts.RetryConfig);
        var end = Plain(facts, LeaseEndKind.Failed, now) with
        {
            ErrorType = error,
            ErrorMessage = Cut(result.ErrorMessage),
            DisableAfter = config.DisableAfterFailures,
            CredentialUsed = Used(result),
        };
        var asked = result.RetryAfter is { } seconds ? Duration.FromSeconds(seconds) : (Duration?)null;
        var retryAt = RetryPolicy.NextAttempt(error, facts.RetryAttempt, config, asked, now, random);
        return retryAt is null
            ? end
            : end with
            {
                RetryRunId = ids.NewId(now),
                RetryQueueId = ids.NewId(now),
                RetryAt = retryAt,
                RetryKey = IdempotencyKey.Compute(
                    facts.ConfigId,
                    facts.Lane,
                    facts.ScheduledTime,
                    facts.RetryAttempt + 1
                ),
            };
    }

    private static LeaseEnd Plain(LeaseFacts facts, LeaseEndKind kind, Instant now)
    {
        var day = UsageDay.Of(facts.CustomerId, facts.CustomerTimezone, now);
        return new LeaseEnd
        {
            QueueId = facts.QueueId,
            LeaseToken = facts.LeaseToken,
            CustomerId = facts.CustomerId,
            Outcome = kind,
            UsageId = day.UsageId,
            UsageDate = day.Date,
        };
    }

    private static bool Used(RunResult result) => result.Metrics?.CredentialUsed ?? true;

    /// <summary>Cut, and without control characters, which some stores and most terminals do not take.</summary>
    private static string? Cut(string? message) =>
        message is null
            ? null
            : string.Concat(message.Take(MaxMessageLength).Select(letter => IsPlain(letter) ? letter : ' '));

    private static bool IsPlain(char letter) => letter is '\n' or '\t' || !char.IsControl(letter);
}
