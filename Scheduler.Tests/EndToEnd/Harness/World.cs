using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>
/// An installation of its own: a folder with database, datasets and files, an API that neither ticks nor works by itself, and
/// workers. All processes are ended with it; if the test failed, what they said is in its output.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const string AdminKey = "end-to-end-admin-key-0123456789";
    private const string WorkerKey = "end-to-end-worker-key-0123456789";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-e2e-");
    private readonly List<RunningProcess> processes = [];
    private readonly int leaseSeconds;
    private SchedulerClient? client;

    /// <param name="leaseSeconds">Short where a lease has to run out, long where none may, however busy the machine is.</param>
    public World(int leaseSeconds)
    {
        this.leaseSeconds = leaseSeconds;
        Journal = new Journal(Path.Combine(Folder, "scheduler.db"), Path.Combine(Folder, "datasets"));
        Directory.CreateDirectory(FilesRoot);
    }

    public string Folder => folder.FullName;

    public Journal Journal { get; }

    public ApiProcess Api { get; private set; } = null!;

    public SchedulerClient Client => client ?? throw new InvalidOperationException("The API is not started.");

    private string FilesRoot => Path.Combine(Folder, "files");

    public Hold Hold(string failpoint) => new(Folder, failpoint);

    /// <summary>Starts the API, or starts it again on the same database and, so that workers find it, the same port.</summary>
    public async Task StartApiAsync(params IEnumerable<(string Name, string Value)> changes)
    {
        var settings = Settings([
            ("ADMIN_KEY", AdminKey),
            ("WORKER_KEY", WorkerKey),
            ("PORT", Api is null ? "0" : $"{Api.Address.Port}"),
            ("Scheduler__Storage__ConnectionString", $"Data Source={Path.Combine(Folder, "scheduler.db")}"),
            ("Scheduler__Tick", "false"),
            ("Scheduler__EmbeddedWorker", "false"),
            ("Scheduler__LeaseSeconds", $"{leaseSeconds}"),
            .. changes,
        ]);
        Api = await ApiProcess.StartAsync(Folder, settings, processes.Add);
        client?.Dispose();
        client = new SchedulerClient(Api.Address, AdminKey);
    }

    /// <summary>Starts a worker that runs one pipeline at a time, and holds it where asked.</summary>
    public Task<WorkerProcess> StartWorkerAsync(
        string name,
        Hold? hold = null,
        params IEnumerable<(string Name, string Value)> changes
    )
    {
        var settings = Settings([
            ("API_URL", Api.Address.ToString()),
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
        client?.Dispose();
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
        folder.Delete(recursive: true);
    }

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
