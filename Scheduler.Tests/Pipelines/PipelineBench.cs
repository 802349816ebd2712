using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.DuckDb;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Pipelines.Providers;
using Scheduler.Core.Pipelines.Providers.Aws;
using Scheduler.Core.Pipelines.Providers.Azure;
using Scheduler.Core.Pipelines.Providers.Claude;
using Scheduler.Core.Pipelines.Providers.Gcp;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Providers.OpenAi;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Runs;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines;

/// <summary>A runner with its own folders and virtual time.</summary>
internal sealed class PipelineBench : IDisposable
{
    public const string Customer = "acme_corp";
    public static readonly Instant Noon = Instant.FromUtc(2026, 11, 2, 12, 0);

    private readonly string folder = Directory.CreateTempSubdirectory("pipelines-test-").FullName;

    public PipelineBench()
    {
        Limits = new ProviderLimits(shared: null, PaceTime, NullLogger<ProviderLimits>.Instance);
        Directory.CreateDirectory(Path.Combine(FilesRoot, Customer));
    }

    public SteppedTime Time { get; } = new(Noon.ToDateTimeOffset());
    public string FilesRoot => Path.Combine(folder, "files");
    public string CustomerFolder => Path.Combine(FilesRoot, Customer);
    public DatasetOptions DatasetOptions =>
        new() { Path = Path.Combine(folder, "datasets"), LockWaitSeconds = LockWaitSeconds };
    public int LockWaitSeconds { get; set; } = 10;
    public bool AllowProbe { get; set; } = true;
    public long MaxBytes { get; set; } = 10_000_000;
    public string AllowedHosts { get; set; } = "";
    public ILogger<PipelineRunner> Logger { get; set; } = NullLogger<PipelineRunner>.Instance;
    public IFailpoints Failpoints { get; set; } = new NoFailpoints();
    public IExtractAdapter? Adapter { get; set; }
    public ProviderOptions Providers { get; } = new();
    public ProviderLimits Limits { get; }

    /// <summary>A time of its own for the pace of calls: no test has to wait its turn.</summary>
    public LeapingTime PaceTime { get; } = new(Noon.ToDateTimeOffset());
    public IAwsIdentity AwsIdentity { get; set; } = new ProcessIdentity();
    public string Templates { get; set; } = TemplatesFolder;
    public SecretVault Vault { get; set; } = new(new TestCipher());

    public static DatasetId Dataset =>
        DatasetId.TryCreate(Customer, out var id, out _) ? id : throw new InvalidOperationException();

    public static string TemplatesFolder => Path.Combine(AppContext.BaseDirectory, "Pipelines", "Templates");

    public DatasetFiles Files => new(Options.Create(DatasetOptions), Time);
    public DuckDbDatasetReader Reader => new(Files);

    /// <summary>Where results go instead of the files of <see cref="Files"/>.</summary>
    public IDatasetWriter? Writer { get; set; }

    public PipelineRunner Runner()
    {
        var files = new FilesOptions
        {
            Root = FilesRoot,
            MaxBytes = MaxBytes,
            AllowedHosts = AllowedHosts,
        };
        IExtractAdapter[] adapters = [Adapter ?? FileAdapter(files, Time), .. ProviderAdapters()];
        var options = Options.Create(new PipelineOptions { AllowProbe = AllowProbe, WorkerName = "worker-1" });
        var writer = Writer ?? new DuckDbDatasetWriter(Files, Failpoints);
        return new PipelineRunner(
            TemplateCatalog.Load(Templates, adapters),
            new CostRun(adapters, writer, new RunCredential(Vault), Time),
            new ProbeRun(options, Time),
            writer,
            Failpoints,
            Time,
            options,
            Logger
        );
    }

    public ProviderHttp Http() =>
        new(
            new GuardedHttp(new SystemResolver(), new TcpDialer(), Time),
            Limits,
            Options.Create(Providers),
            Time,
            () => new NoChance()
        );

    /// <summary>Those that ship, whose waits before another try have no length.</summary>
    public IReadOnlyList<IExtractAdapter> ProviderAdapters()
    {
        var http = Http();
        return
        [
            new OpenAiCostAdapter(http),
            new OpenAiUsageAdapter(http),
            new ClaudeCostAdapter(http),
            new ClaudeUsageAdapter(http),
            new CostExplorerAdapter(http, AwsIdentity, Time),
            new DataExportAdapter(http, AwsIdentity, Time),
            new CostQueryAdapter(http),
            new CostExportAdapter(http, Time),
            new BigQuerySqlAdapter(http),
            new StorageExportAdapter(http),
            new SecurityFindingsAdapter(http, Time),
            new PolicyStatesAdapter(http, Time),
        ];
    }

    public static FocusFileAdapter FileAdapter(FilesOptions options, TimeProvider time) =>
        new(
            new TenantFiles(Options.Create(options)),
            new RemoteFiles(Options.Create(options), new GuardedHttp(new SystemResolver(), new TcpDialer(), time), time)
        );

    public Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken = default) =>
        Runner().RunAsync(item, cancellationToken);

    public static LeaseItem FocusItem(string parameters = """{"path":"costs.csv"}""") =>
        Item("FILE", "COST", "focus_csv", parameters);

    public static LeaseItem Item(string provider, string domain, string template, string parameters) =>
        new()
        {
            QueueId = "q1",
            RunId = "run-1",
            ConfigId = "config-1",
            CustomerId = Customer,
            PipelineId = $"{Customer}-{provider}-{domain}-{template}",
            PipelineLoggingId = Guid.NewGuid().ToString(),
            Provider = provider,
            Domain = domain,
            PipelineTemplate = template,
            TenantDatasetId = Customer,
            Parameters = JsonDocument.Parse(parameters).RootElement,
            ScheduledTime = Noon,
            DataIntervalStart = Noon - Duration.FromDays(1),
            DataIntervalEnd = Noon,
            RetryAttempt = 0,
            TriggeredBy = TriggeredBy.CloudScheduler,
            LeaseEpoch = 1,
            LeaseToken = "1.x",
            LeaseExpiresAt = Noon + Duration.FromSeconds(30),
            LeaseSeconds = 30,
        };

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(CustomerFolder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A small export: one line per (day, service, billed).</summary>
    public string WriteCosts(params (string Day, string Service, string Billed)[] lines) =>
        WriteFile("costs.csv", Costs(lines));

    public static string Costs(params (string Day, string Service, string Billed)[] lines) =>
        "ChargePeriodStart,ServiceName,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory\n"
        + string.Concat(lines.Select(line => $"{line.Day},{line.Service},{line.Billed},{line.Billed},USD,Usage\n"));

    /// <summary>Every row of a query over the customer's file, its cells as text.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string query)
    {
        await using var connection = new DuckDBConnection($"DataSource={Files.PathOf(Dataset)};access_mode=READ_ONLY");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(place => Text(reader, place))));
        }
        return rows;
    }

    public Task<IReadOnlyList<string>> CostsAsync() =>
        QueryAsync("select usage_date, service_name, billed_cost from cost_daily order by all");

    public static PipelineResult.Failed Failed(PipelineResult result)
    {
        Assert.That(result, Is.TypeOf<PipelineResult.Failed>());
        return (PipelineResult.Failed)result;
    }

    public static void Completed(PipelineResult result) =>
        Assert.That(result, Is.TypeOf<PipelineResult.Completed>(), (result as PipelineResult.Failed)?.Message);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Text(System.Data.Common.DbDataReader reader, int place) =>
        reader.IsDBNull(place)
            ? "null"
            : reader.GetValue(place) switch
            {
                DateOnly day => day.ToString("yyyy-MM-dd"),
                decimal number => number.ToString("0.############"),
                var value => Convert.ToString(value)!,
            };

    private sealed class NoChance : Random
    {
        public override double NextDouble() => 0;
    }
}
