using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Customers;

/// <summary>Judges whether a customer's pipelines can run, and says everything that stands in their way. Pure.</summary>
public static class Readiness
{
    /// <summary>Providers whose pipelines need no credential.</summary>
    public static IReadOnlyList<string> OpenProviders { get; } = ["FILE", "SYSTEM"];

    public static ValidateResponse Judge(ReadinessFacts facts, Instant now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var remaining = Remaining(facts);
        var subscription = facts.RunnableUntil > now;
        var quota = remaining is { Daily: null or > 0, Monthly: null or > 0 };
        var missing = facts.ProvidersWithoutCredential;
        var credentials = facts.UsableCredentials > 0 && missing.Count == 0;
        var needsNone = facts.OpenPipelines > 0 && missing.Count == 0;
        List<string> errors =
        [
            .. subscription ? Array.Empty<string>() : [NotRunnable(facts)],
            .. remaining.Daily == 0
                ? [$"The quota of {facts.DailyLimit} runs a day is used up."]
                : Array.Empty<string>(),
            .. remaining.Monthly == 0
                ? [$"The quota of {facts.MonthlyLimit} runs a month is used up."]
                : Array.Empty<string>(),
            .. missing.Select(provider =>
                $"There is no usable credential for {provider}, which active pipelines need."
            ),
            .. facts.UsableCredentials == 0 && missing.Count == 0 && !needsNone
                ? ["There is no usable credential."]
                : Array.Empty<string>(),
        ];
        return new ValidateResponse
        {
            CanRunPipeline = subscription && quota && (credentials || needsNone),
            SubscriptionValid = subscription,
            QuotaAvailable = quota,
            QuotaRemaining = remaining,
            CredentialsConfigured = credentials,
            ValidationErrors = errors,
        };
    }

    /// <summary>What is left of each quota, never below nothing.</summary>
    public static QuotaRemaining Remaining(ReadinessFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new QuotaRemaining
        {
            Daily = Left(facts.DailyLimit, facts.RunToday),
            Monthly = Left(facts.MonthlyLimit, facts.RunThisMonth),
            Concurrent = Left(facts.ConcurrentLimit, facts.Running),
        };
    }

    private static int? Left(int? limit, int used) => limit is { } most ? Math.Max(0, most - used) : null;

    private static string NotRunnable(ReadinessFacts facts) =>
        facts.CustomerStatus is "SUSPENDED" or "CANCELLED"
            ? $"The customer is {facts.CustomerStatus}."
            : $"The subscription is {facts.SubscriptionStatus ?? "missing"} or past its end.";
}
