using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>
/// An installation of its own: a database, a folder with datasets and files, an API that neither ticks nor works by itself, and
/// workers. All processes are ended with it; if the test failed, what they said is in its output.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const string AdminKey = "end-to-end-admin-key-0123456789";
    private const string WorkerKey = "end-to-end-worker-key-0123456789";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-e2e-");
    private readonly List<RunningProcess> processes = [];
    private readonly List<SchedulerClient> clients = [];
    private readonly StorageProvider engine;
    private readonly int leaseSeconds;
    private ITestDatabase? database;
    private Journal? journal;

    /// <param name="leaseSeconds">Short where a lease has to run out, long where none may, however busy the machine is.</param>
    public World(StorageProvider engine, int leaseSeconds)
    {
        this.engine = engine;
        this.leaseSeconds = leaseSeconds;
        Directory.CreateDirectory(FilesRoot);
    }

    public string Folder => folder.FullName;

    public Journal Journal => journal ?? throw new InvalidOperationException("The API is not started.");

    public ApiProcess Api { get; private set; } = null!;

    /// <summary>Calls the API that was started last.</summary>
    public SchedulerClient Client => clients[^1];

    private string FilesRoot => Path.Combine(Folder, "files");

    public Hold Hold(string failpoint) => new(Folder, failpoint);

    /// <summary>Starts the API, or starts it again on the same database and, so that workers find it, the same port.</summary>
    public async Task StartApiAsync(params IEnumerable<(string Name, string Value)> changes)
    {
        var port = Api is null ? "0" : $"{Api.Address.Port}";
        Api = await StartInstanceAsync([("PORT", port), .. changes]);
        ClientOf(Api);
    }

    /// <summary>Starts one more API on the same database, on a port of its own.</summary>
    public async Task<ApiProcess> StartInstanceAsync(params IEnumerable<(string Name, string Value)> changes)
    {
        database ??= await CreateDatabaseAsync();
        journal ??= new Journal(database, Path.Combine(Folder, "datasets"));
        var settings = Settings([
            ("ADMIN_KEY", AdminKey),
            ("WORKER_KEY", WorkerKey),
            ("PORT", "0"),
            ("Scheduler__Storage__Provider", $"{engine}"),
            .. database.Settings,
            ("Scheduler__Secrets__KeyFile", Path.Combine(Folder, "credentials.key")),
            ("Scheduler__Tick", "false"),
            ("Scheduler__EmbeddedWorker", "false"),
            ("Scheduler__LeaseSeconds", $"{leaseSeconds}"),
            .. changes,
        ]);
        return await ApiProcess.StartAsync(Folder, settings, processes.Add);
    }

    /// <summary>Calls this instance; ended with the world.</summary>
    public SchedulerClient ClientOf(ApiProcess api)
    {
        var client = new SchedulerClient(api.Address, AdminKey);
        clients.Add(client);
        return client;
    }

    /// <summary>Starts a worker that runs one pipeline at a time, and holds it where asked.</summary>
    public Task<WorkerProcess> StartWorkerAsync(
        string name,
        Hold? hold = null,
        params IEnumerable<(string Name, string Value)> changes
    ) => StartWorkerAsync(Api, name, hold, changes);

    /// <summary>The same, for this instance.</summary>
    public Task<WorkerProcess> StartWorkerAsync(
        ApiProcess api,
        string name,
        Hold? hold = null,
        params IEnumerable<(string Name, string Value)> changes
    )
    {
        var settings = Settings([
            ("API_URL", api.Address.ToString()),
            ("WORKER_KEY", WorkerKey),
            ("WORKER_ID", name),
            ("WORKER_CONCURRENCY", "1"),
            ("POLL_INTERVAL_SECONDS", "0.5"),
            .. hold is null ? [] : new[] { hold.Setting },
            .. changes,
        ]);
        return WorkerProcess.StartAsync(name, Folder, settings, processes.Add);
    }

    /// <summary>Onboards a customer in whose time zone it is about noon, so that its quota day does not end during a test.</summary>
    public Task<OnboardResponse> OnboardAsync(string customerId, SubscriptionPlan plan)
    {
        var hoursToNoon = 12 - TimeProvider.System.GetUtcNow().Hour;
        return Client.OnboardAsync(
            new OnboardRequest
            {
                CustomerId = customerId,
                CompanyName = $"{customerId} Ltd",
                AdminEmail = $"owner@{customerId.Replace('_', '-')}.example",
                SubscriptionPlan = plan,
                // The signs of these zones are POSIX's: east is negative.
                Timezone = hoursToNoon == 0 ? "UTC" : $"Etc/GMT{-hoursToNoon:+0;-0}",
            }
        );
    }

    /// <summary>Puts a sample export where the customer's pipelines look for it.</summary>
    /// <returns>The path of the customer's copy.</returns>
    public string PutSample(string customerId, string sample)
    {
        var place = Directory.CreateDirectory(Path.Combine(FilesRoot, customerId)).FullName;
        var copy = Path.Combine(place, sample);
        File.Copy(BuiltProgram.Sample(sample), copy);
        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
        clients.ForEach(client => client.Dispose());
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            foreach (var process in processes)
            {
                await TestContext.Out.WriteLineAsync($"--- {process.Name}\n{process.Output}");
            }
        }
        foreach (var process in processes)
        {
            Assert.That(process.Output, Does.Not.Contain(AdminKey).And.Not.Contain(WorkerKey), "a key in what it said");
        }
        if (database is not null)
        {
            await database.DisposeAsync();
        }
        folder.Delete(recursive: true);
    }

    private async Task<ITestDatabase> CreateDatabaseAsync() =>
        engine switch
        {
            StorageProvider.Postgres => await PostgresDatabase.CreateAsync(),
            StorageProvider.BigQuery => await BigQueryDatabase.CreateAsync(),
            _ => SqliteDatabase.OfOthers(folder.CreateSubdirectory("store")),
        };

    private Dictionary<string, string> Settings(IEnumerable<(string Name, string Value)> own)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Scheduler__Datasets__Path"] = Path.Combine(Folder, "datasets"),
            ["Scheduler__Files__Root"] = FilesRoot,
        };
        foreach (var (name, value) in own)
        {
            settings[name] = value;
        }
        return settings;
    }
}
