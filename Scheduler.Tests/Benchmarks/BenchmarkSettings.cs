using System.Globalization;

namespace Scheduler.Tests.Benchmarks;

/// <summary>What a measurement is made with: environment variables, so that a harness can set them from outside.</summary>
internal static class BenchmarkSettings
{
    public const string EngineVariable = "BENCH_ENGINE";
    public const string TsvVariable = "BENCH_TSV";

    /// <summary>An Npgsql connection string of an empty database; without it the measurement starts a server of its own.</summary>
    public static string? PostgresConnection => Text("BENCH_PG");

    public static bool IsPostgres =>
        Text(EngineVariable) is { } engine
            ? engine.Equals("postgres", StringComparison.OrdinalIgnoreCase)
            : PostgresConnection is not null;

    public static string Engine => IsPostgres ? "postgres" : "sqlite";

    /// <summary>Where the figures go as lines of subject, metric, value and unit, separated by tabs.</summary>
    public static string? Tsv => Text(TsvVariable);

    /// <summary>Runs to drain, a multiple of <see cref="Customers"/>.</summary>
    public static int Jobs => Whole("BENCH_JOBS", 20_000);

    /// <summary>Occurrences queued by one caller, one after the other.</summary>
    public static int Singles => Whole("BENCH_SINGLES", 500);

    /// <summary>Schedules due at one instant.</summary>
    public static int Crons => Whole("BENCH_CRONS", 10_000);

    /// <summary>Samples from idle to the handler's start.</summary>
    public static int Latencies => Whole("BENCH_LATENCIES", 200);
    public static int Customers => Whole("BENCH_CUSTOMERS", 1_000);
    public static int Workers => Whole("BENCH_WORKERS", 2);

    /// <summary>Most runs at once of each worker.</summary>
    public static int Concurrency => Whole("BENCH_CONCURRENCY", 250);

    /// <summary>Pipelines that the trigger plans in one transaction.</summary>
    public static int TriggerBatch => Whole("BENCH_TRIGGER_BATCH", 1_000);

    /// <summary>Customers of the dashboard that is looked at, with ten pipelines each.</summary>
    public static int PageCustomers => Whole("BENCH_PAGE_CUSTOMERS", 10_000);

    /// <summary>Runs in its history, a round of all pipelines a day.</summary>
    public static int PageRuns => Whole("BENCH_PAGE_RUNS", 1_000_000);

    /// <summary>Looks at each page.</summary>
    public static int PageRounds => Whole("BENCH_PAGE_ROUNDS", 40);

    /// <summary>Customers of the million; fewer make a slice of it.</summary>
    public static int Million => Whole("BENCH_MILLION", 1_000_000);

    /// <summary>The least severe lines that workers write; a line a run is <c>Information</c>, as by default.</summary>
    public static string WorkerLogLevel => Text("BENCH_WORKER_LOG") ?? "Information";

    /// <summary>Says with what a figure was measured.</summary>
    public static string Conditions =>
        $"{Environment.ProcessorCount} cores, {Engine}, {Workers} workers x {Concurrency} at once, "
        + $"{Customers} customers, trigger batches of {TriggerBatch}";

    private static int Whole(string name, int missing) =>
        Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : missing;

    private static string? Text(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;
}
