using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.DuckDb;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>
/// The API as built over a store that has lived through two days: three customers with runs that completed, failed, were tried again,
/// run and wait, a pause, a used-up quota, and costs. Nothing happens by itself; what is asked for is run.
/// </summary>
internal sealed class SeededSystem : IAsyncDisposable
{
    public const string AdminKey = "browser-canary-0123456789-abcdef";
    public const string Alder = "alder_shop";
    public const string Birch = "birch_studio";
    public const string Cedar = "cedar_labs";
    private const int Hours = 50;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-dashboard-");
    private readonly List<RunningProcess> processes = [];
    private readonly SqliteDatabase database;
    private readonly StoreHarness history;

    private SeededSystem(SqliteDatabase database)
    {
        this.database = database;
        history = new StoreHarness(database.Engine);
        history.Time.SetUtcNow(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(Hours));
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>A site of a customer.</summary>
    public OtherSite Site { get; private set; } = null!;

    /// <summary>Completes whenever it is asked to run.</summary>
    public PipelineConfig Probe { get; private set; } = null!;

    /// <summary>Is not touched by any test but that of pausing.</summary>
    public PipelineConfig Pausable { get; private set; } = null!;

    /// <summary>Is switched off by a test.</summary>
    public PipelineConfig Retired { get; private set; } = null!;
    public PipelineConfig Failing { get; private set; } = null!;
    public PipelineConfig Ordinary { get; private set; } = null!;
    public PipelineConfig Paused { get; private set; } = null!;
    public Core.Runs.Run Failed { get; private set; } = null!;
    public Core.Runs.Run Completed { get; private set; } = null!;
    public Core.Runs.Run Running { get; private set; } = null!;
    public Core.Runs.Run Waiting { get; private set; } = null!;

    /// <summary>Fires, and one of the messages about it was given up. Is not touched by any test but that of silencing.</summary>
    public Alert Alert { get; private set; } = null!;

    public static async Task<SeededSystem> StartAsync()
    {
        var system = new SeededSystem(await SqliteDatabase.CreateAsync());
        await system.LiveAsync();
        await system.AddCostsAsync();
        system.Site = await OtherSite.StartAsync();
        var api = await ApiProcess.StartAsync(
            system.folder.FullName,
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["PORT"] = "0",
                ["ADMIN_KEY"] = AdminKey,
                ["Scheduler__Tick"] = "false",
                ["Scheduler__RateLimits__OpenCalls"] = "100000",
                ["Scheduler__RateLimits__Address"] = "100000",
                ["Scheduler__Storage__ConnectionString"] = system.database.ConnectionString,
                ["Scheduler__Datasets__Path"] = system.DatasetsPath,
                ["Scheduler__Dashboard__FrameAncestors"] = system.Site.Named,
            },
            system.processes.Add
        );
        system.Address = api.Address;
        return system;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
        await Site.DisposeAsync();
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private string DatasetsPath => Path.Combine(folder.FullName, "datasets");

    private async Task LiveAsync()
    {
        await history.OnboardAsync(Alder, "SCALE", "Europe/Berlin");
        await history.OnboardAsync(Birch, "STARTER", "America/New_York");
        await history.OnboardAsync(Cedar, "ENTERPRISE", "Australia/Lord_Howe");
        await ExecuteAsync(
            $"""
            update customer_profiles set company_name = 'Alder Shop' where customer_id = '{Alder}';
            update customer_profiles set company_name = 'Birch Studio' where customer_id = '{Birch}';
            update customer_profiles set company_name = 'Cedar Labs' where customer_id = '{Cedar}';
            """
        );
        Probe = await ConfigureAsync(Cedar, "health probe", "SYSTEM", "TEST", "probe", "0 * * * *");
        Pausable = await ConfigureAsync(
            Cedar,
            "hourly usage",
            "OPENAI",
            "OBSERVABILITY",
            "usage_tracking",
            "0 * * * *"
        );
        Retired = await ConfigureAsync(Cedar, "old report", "GCP", "COST", "cost_billing", "0 5 1 1 *");
        Ordinary = await ConfigureAsync(
            Alder,
            "cloud costs",
            "AWS",
            "COST",
            "cost_billing",
            "0 * * * *",
            "Europe/Berlin"
        );
        Failing = await ConfigureAsync(
            Alder,
            "azure costs",
            "AZURE",
            "COST",
            "cost_billing",
            "0 */6 * * *",
            "Europe/Berlin"
        );
        await ConfigureAsync(Alder, "monthly report", "GCP", "COST", "cost_billing", "30 2 28 * *", "Europe/Berlin");
        await ConfigureAsync(
            Birch,
            "model usage",
            "CLAUDE",
            "OBSERVABILITY",
            "usage_tracking",
            "0 */4 * * *",
            "America/New_York"
        );
        await ConfigureAsync(Birch, "costs", "GCP", "COST", "cost_billing", "0 */3 * * *", "America/New_York");
        Paused = await ConfigureAsync(
            Cedar,
            "nightly export",
            "FILE",
            "COST",
            "focus_csv",
            "0 3 * * *",
            "Australia/Lord_Howe"
        );
        await history.Configs.SetPauseAsync(
            Cedar,
            Paused.ConfigId,
            PipelinePausing.Endless,
            "admin:1",
            "the bucket moves to another region",
            history.Stamp(),
            history.Now,
            default
        );
        var random = new Random(3);
        for (var hour = 0; hour < Hours - 1; hour++)
        {
            await LiveAnHourAsync(random);
        }
        await LeaveOpenAsync();
        await AddHerdAsync();
        await RememberAsync();
        await AddDeliveriesAsync();
    }

    private async Task<PipelineConfig> ConfigureAsync(
        string customer,
        string name,
        string provider,
        string domain,
        string template,
        string cron,
        string timezone = "UTC"
    ) =>
        await history.ConfigureAsync(
            customer,
            name,
            config =>
                config with
                {
                    Provider = provider,
                    Domain = domain,
                    PipelineTemplate = template,
                    ScheduleCron = cron,
                    Timezone = timezone,
                    OverlapPolicy = OverlapPolicy.Queue,
                    RetryConfig = StoreHarness.Json("""{"max_retries":1,"base_seconds":60,"jitter":false}"""),
                }
        );

    private async Task LiveAnHourAsync(Random random)
    {
        history.AdvanceToNextHour();
        await history.TriggerAsync();
        history.Advance(Duration.FromSeconds(random.Next(1, 40)));
        // As many rounds as the first tries and a retry need.
        for (var round = 0; round < 4; round++)
        {
            foreach (var item in await history.LeaseAsync(10, $"worker-{random.Next(1, 4)}"))
            {
                history.Advance(Duration.FromSeconds(random.Next(2, 20)));
                var error = ErrorOf(item, random);
                await history.ReportAsync(item, error is null ? RunOutcome.Completed : RunOutcome.Failed, error);
            }
            history.Advance(Duration.FromSeconds(70));
        }
    }

    private ErrorType? ErrorOf(LeaseItem item, Random random) =>
        item.ConfigId == Failing.ConfigId ? ErrorType.AuthenticationFailed
        : item.ConfigId != Probe.ConfigId && random.Next(9) == 0 ? ErrorType.ServiceUnavailable
        : null;

    /// <summary>Runs that a worker has and keeps, and one that waits behind its customer's limit.</summary>
    private async Task LeaveOpenAsync()
    {
        history.AdvanceToNextHour();
        await ExecuteAsync(
            $"update customer_subscriptions set max_pipelines_per_day = 1000 where customer_id = '{Birch}'"
        );
        foreach (var config in await history.Configs.ListAsync(Birch, null, null, 10, default))
        {
            await ExecuteAsync(
                $"update customer_pipeline_configs set next_run_time = {database.Literal(history.Now)} where config_id = '{config.ConfigId}'"
            );
        }
        await history.TriggerAsync();
        history.Advance(Duration.FromSeconds(12));
        foreach (var item in await history.LeaseAsync(20, "worker-2"))
        {
            if (item.CustomerId != Birch)
            {
                history.Advance(Duration.FromSeconds(3));
                // At some times of the day the one that fails is among them.
                var fails = item.ConfigId == Failing.ConfigId;
                await history.ReportAsync(
                    item,
                    fails ? RunOutcome.Failed : RunOutcome.Completed,
                    fails ? ErrorType.AuthenticationFailed : null
                );
            }
        }
        // Its worker is heard of for another day, and nobody is called for what waits.
        await ExecuteAsync(
            $"""
            update pipeline_execution_queue set lease_expires_at = {database.Literal(
                history.Now + Duration.FromDays(1)
            )} where state = 'PROCESSING';
            """
        );
    }

    /// <summary>Enough that is due at one minute to be a herd, and more pipelines than a page shows.</summary>
    private async Task AddHerdAsync()
    {
        for (var nth = 1; nth <= 48; nth++)
        {
            var cron = nth <= 36 ? "0 2 * * *" : $"{nth - 30} {nth % 12 * 2} * * *";
            await ConfigureAsync(Cedar, $"account {nth:00}", "GCP", "COST", "cost_billing", cron);
        }
    }

    private async Task RememberAsync()
    {
        Failed = await NewestAsync(Failing.CustomerId, Core.Runs.RunState.Failed, Failing.ConfigId);
        Completed = await NewestAsync(Cedar, Core.Runs.RunState.Completed, Probe.ConfigId);
        Running = await NewestAsync(Birch, Core.Runs.RunState.Running, null);
        Waiting = await NewestAsync(Birch, Core.Runs.RunState.Pending, null);
    }

    private async Task<Core.Runs.Run> NewestAsync(string customer, Core.Runs.RunState state, string? config)
    {
        var found = await history.Runs.ListAsync(
            customer,
            new()
            {
                State = state,
                ConfigId = config,
                Limit = 1,
            },
            default
        );
        Assert.That(found, Has.Count.EqualTo(1), $"a {state} run of {customer}");
        return found[0];
    }

    /// <summary>What was sent, and given up, of the alert of the pipeline that fails, and of its run. No sink is set: nothing is sent.</summary>
    private async Task AddDeliveriesAsync()
    {
        var open = await new AlertStore(database.Engine, history.Clock).ListOpenAsync(100, default);
        Assert.That(open.Select(alert => alert.Rule), Has.Member(AlertRules.ConsecutiveFailures));
        Alert = open.First(alert => alert.Subject == Failing.ConfigId);
        var (written, ended) = (
            database.Literal(Alert.FiredAt),
            database.Literal(Alert.FiredAt + Duration.FromHours(24))
        );
        await ExecuteAsync(
            $"""
            insert into scheduler_deliveries (delivery_id, sink, event, customer_id, alert_id, run_id, payload, state, attempts,
              next_attempt_at, give_up_at, last_error, created_at, ended_at)
            values
              ('alert-{Alert.AlertId}-fired-WEBHOOK', 'WEBHOOK', 'FIRED', '{Alder}', {Alert.AlertId}, null, '{"{}"}', 'DEAD', 31,
                {ended}, {ended}, 'Answered with status 503.', {written}, {ended}),
              ('alert-{Alert.AlertId}-fired-EMAIL', 'EMAIL', 'FIRED', '{Alder}', {Alert.AlertId}, null, '{"{}"}', 'DELIVERED', 1,
                {written}, {ended}, null, {written}, {written}),
              ('run-{Failed.RunId}', 'PIPELINE_EMAIL', 'RUN_FAILED', '{Alder}', null, '{Failed.RunId}', '{"{}"}', 'DEAD', 30,
                {ended}, {ended}, 'The mail server did not answer.', {written}, {ended});
            """
        );
    }

    private Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    /// <summary>A month of costs, and the steps of one run.</summary>
    private async Task AddCostsAsync()
    {
        var files = new DatasetFiles(
            Microsoft.Extensions.Options.Options.Create(new DatasetOptions { Path = DatasetsPath }),
            TimeProvider.System
        );
        await FillAsync(files, Alder);
        await FillAsync(files, Cedar);
    }

    private async Task FillAsync(DatasetFiles files, string customer)
    {
        Assert.That(DatasetId.TryCreate(customer, out var dataset, out _), Is.True);
        await new DuckDbDatasetCatalog(files).CreateAsync(dataset!, default);
        var today = TimeProvider.System.GetUtcNow().ToInstant().InUtc().Date;
        (string Service, int Base)[] services =
        [
            ("Virtual Machines", 42),
            ("Object Storage", 21),
            ("Managed Database", 30),
            ("Data Transfer", 12),
            ("Warehouse Queries", 17),
            ("Functions", 6),
            ("Log Analytics", 4),
        ];
        var random = new Random(5);
        var rows = Enumerable
            .Range(0, 30)
            .SelectMany(day =>
                services.Select(service =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"('AWS','COST','cost_billing','1','{today.PlusDays(-day):yyyy-MM-dd}','{today:yyyy-MM}-01','{service.Service}','Usage',{service.Base * (0.7 + random.NextDouble()):0.00},{service.Base},'USD',false,'{day}{service.Service}','r','1','{today:yyyy-MM-dd}')"
                    )
                )
            );
        var run = customer == Cedar ? Completed : Failed;
        var step = run.ActualStartTime!.Value;
        await using var open = await files.OpenAsync(dataset!, readOnly: false, default);
        await using var command = open.Command(
            $"""
            insert into cost_daily (provider, domain, template, source_account_id, usage_date, billing_period, service_name,
              charge_category, billed_cost, effective_cost, billing_currency, is_estimated, line_hash, run_id, template_version, ingested_at)
            values {string.Join(",\n", rows)};
            insert into x_meta_step_logs values
              ('{run.RunId}-1', 1, 'extract', 'COMPLETED', '{At(step)}', '{At(
                step + Duration.FromSeconds(4)
            )}', 4000, 0, 1824, '7 pages, 12 calls'),
              ('{run.RunId}-1', 2, 'normalise', 'COMPLETED', '{At(step + Duration.FromSeconds(4))}', '{At(
                step + Duration.FromSeconds(5)
            )}', 1000, 1824, 1824, null),
              ('{run.RunId}-1', 3, 'load', '{(customer == Cedar ? "COMPLETED" : "FAILED")}', '{At(
                step + Duration.FromSeconds(5)
            )}', '{At(step + Duration.FromSeconds(6))}', 1000, 1824, 0, 'window 3 days');
            """
        );
        await command.ExecuteNonQueryAsync();

        static string At(Instant at) => at.ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }
}
