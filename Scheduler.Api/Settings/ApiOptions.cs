using Scheduler.Api.Auth;
using Scheduler.Core.Alerts;
using Scheduler.Core.Status;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Settings;

/// <summary>Every setting of the API, read once at start and checked (<see cref="ApiSettings"/>).</summary>
public sealed record ApiOptions
{
    /// <summary>PORT, 0 to 65535; 0 takes any free one. In Development on the loopback addresses only.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>ADMIN_KEY, with a second one after a comma while it is being rotated.</summary>
    public MachineKeys AdminKeys { get; init; } = MachineKeys.None;

    /// <summary>WORKER_KEY, likewise. Without it workers use the admin key.</summary>
    public MachineKeys WorkerKeys { get; init; } = MachineKeys.None;

    /// <summary>True in Development: onboarding is open and a missing ADMIN_KEY is made.</summary>
    public bool IsDevelopment { get; init; }

    public StorageOptions Storage { get; init; } = new();

    /// <summary>Scheduler__History__BigQuery: where the history is exported to; null while nothing is.</summary>
    public BigQueryOptions? History { get; init; }

    /// <summary>Scheduler__Tick: this process triggers by itself, without Cloud Scheduler. True with SQLite.</summary>
    public bool Tick { get; init; } = true;

    /// <summary>Scheduler__TickSeconds, 1 to 3,600.</summary>
    public int TickSeconds { get; init; } = 15;

    /// <summary>Scheduler__EmbeddedWorker: this process also runs pipelines. True with SQLite.</summary>
    public bool EmbeddedWorker { get; init; } = true;

    /// <summary>Scheduler__EmbeddedWorkerConcurrency, 1 to 1,000: how many pipelines the embedded worker runs at once.</summary>
    public int EmbeddedWorkerConcurrency { get; init; } = 4;

    /// <summary>Scheduler__InlineExecution: process-queue may run an item within the call. True with SQLite.</summary>
    public bool InlineExecution { get; init; } = true;

    /// <summary>Scheduler__LeaseSeconds, 3 to 3,600, 120 with BigQuery: how long an item stays a worker's without a heartbeat.</summary>
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>
    /// Scheduler__QueuePollSeconds, 1 to 60, 10 with BigQuery: how often a claim that waits looks at the queue by itself. What becomes
    /// claimable wakes it at once; this bounds what a lost wake-up costs.
    /// </summary>
    public int QueuePollSeconds { get; init; } = 1;

    /// <summary>Scheduler__MaxBodyBytes, 1,024 to 67,108,864. Import has a limit of its own.</summary>
    public int MaxBodyBytes { get; init; } = 64 * 1024;

    /// <summary>Scheduler__MaxPipelinesPerCustomer, 1 to 1,000,000; inactive ones count.</summary>
    public int MaxPipelinesPerCustomer { get; init; } = 1_000;

    /// <summary>Scheduler__MaxBackfillRuns, 1 to 10,000: runs of all backfills together that are open at once.</summary>
    public int MaxBackfillRuns { get; init; } = 50;

    /// <summary>Scheduler__QueueRetentionDays, 1 to 365: how long finished queue items are kept.</summary>
    public int QueueRetentionDays { get; init; } = 7;

    /// <summary>
    /// Scheduler__LatenessObjectiveSeconds (1 to 86,400: an alert fires when one start in a hundred is later), Scheduler__Alerts and
    /// Scheduler__PublicUrl: what fires, and who is told of alerts and outcomes.
    /// </summary>
    public AlertOptions Alerts { get; init; } = new();

    /// <summary>Scheduler__Workers__Min and __Max (0 and 1 to 10,000), __RunsPerWorker (1 to 1,000), __ClearSeconds (1 to 3,600).</summary>
    public WorkerTargets Workers { get; init; } = new();

    /// <summary>Scheduler__Telemetry__*, OTEL_EXPORTER_OTLP_* and GOOGLE_CLOUD_PROJECT.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Scheduler__LogFormat: text in Development, JSON elsewhere.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Json;

    /// <summary>
    /// Scheduler__TrustedProxies, 0 to 10: how many proxies in front of the API add the address they saw to X-Forwarded-For. With 0
    /// the header is not believed.
    /// </summary>
    public int TrustedProxies { get; init; }

    /// <summary>Scheduler__Dashboard__FrameAncestors: the origins of the sites that may show customers' pages in a frame.</summary>
    public IReadOnlyList<string> FrameAncestors { get; init; } = [];

    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>Null while the trigger takes keys only.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Scheduler__Import__MaxBytes, 1,024 to 1,073,741,824: the largest body of an import.</summary>
    public int ImportMaxBytes { get; init; } = 256 * 1024 * 1024;
}
