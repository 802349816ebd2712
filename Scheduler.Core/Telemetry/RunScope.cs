using Microsoft.Extensions.Logging;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Telemetry;

/// <summary>What log lines of a run have in common.</summary>
public static class RunScope
{
    public const string Run = "run_id";
    public const string Customer = "customer_id";

    /// <summary>The run's trace, for a process that sends none.</summary>
    public const string Traceparent = "traceparent";

    /// <summary>Until it is disposed of, lines logged from here on tell the run.</summary>
    internal static IDisposable? Begin(ILogger logger, LeaseItem item) =>
        logger.BeginScope(
            item.Traceparent is { } traceparent
                ? new KeyValuePair<string, object>[]
                {
                    new(Run, item.RunId),
                    new(Customer, item.CustomerId),
                    new(Traceparent, traceparent),
                }
                : [new(Run, item.RunId), new(Customer, item.CustomerId)]
        );
}
