using System.Diagnostics.Metrics;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>What the jobs cost, for whoever listens to this process's metrics; each is tagged with its <c>operation</c>.</summary>
public static class BigQueryInstruments
{
    public const string MeterName = "Scheduler.BigQuery";

    private const string Operation = "operation";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Jobs = Meter.CreateCounter<long>(
        "scheduler.bigquery.jobs",
        "{job}",
        "Jobs that succeeded."
    );

    private static readonly Counter<long> Statements = Meter.CreateCounter<long>(
        "scheduler.bigquery.statements",
        "{statement}",
        "Statements of those jobs; each part of a script counts."
    );

    private static readonly Counter<long> BytesBilled = Meter.CreateCounter<long>(
        "scheduler.bigquery.bytes_billed",
        "By",
        "Bytes that BigQuery billed."
    );

    private static readonly Counter<double> Cost = Meter.CreateCounter<double>(
        "scheduler.bigquery.cost",
        "USD",
        "The same at the on-demand price, without the free part of a month."
    );

    private static readonly Lock Gate = new();
    private static long statementTotal;
    private static double usdTotal;

    static BigQueryInstruments()
    {
        Meter.CreateObservableGauge(
            "scheduler.bigquery.statements_per_1000_runs",
            () => PerThousandRuns(() => statementTotal),
            "{statement}",
            "Statements since the process started, for 1,000 of the runs that it has ended."
        );
        Meter.CreateObservableGauge(
            "scheduler.bigquery.cost_per_1000_runs",
            () => PerThousandRuns(() => usdTotal),
            "USD",
            "The cost of those statements."
        );
    }

    /// <summary>Adds one job.</summary>
    internal static void Count(BigQueryUse job)
    {
        var tag = new KeyValuePair<string, object?>(Operation, job.Operation);
        Jobs.Add(job.Jobs, tag);
        Statements.Add(job.Statements, tag);
        BytesBilled.Add(job.BytesBilled, tag);
        Cost.Add(job.Usd, tag);
        lock (Gate)
        {
            statementTotal += job.Statements;
            usdTotal += job.Usd;
        }
    }

    /// <summary>Nothing before the first run has ended.</summary>
    private static IEnumerable<Measurement<double>> PerThousandRuns(Func<double> total)
    {
        lock (Gate)
        {
            return RunInstruments.Ended is > 0 and var runs ? [new(total() * 1000 / runs)] : [];
        }
    }
}
