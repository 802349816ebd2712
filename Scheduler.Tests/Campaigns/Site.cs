using System.Collections.Concurrent;
using Scheduler.Api.Settings;
using Scheduler.Core.Failpoints;
using Scheduler.Tests.Campaigns.Judging;
using Scheduler.Tests.Campaigns.Proxies;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns;

/// <summary>
/// An installation for one campaign: a database, instances of the API and workers as processes, which are started again when they die,
/// and a note of everything that was done to them.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    public const int LeaseSeconds = 3;
    public const string AdminKey = "campaign-admin-key-0123456789abcdef";
    public const string WorkerKey = "campaign-worker-key-0123456789abcdef";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-campaign-");
    private readonly ConcurrentQueue<string> notes = new();
    private readonly ConcurrentDictionary<string, int> hits = new(StringComparer.Ordinal);
    private readonly Dictionary<Slot, int> ports = [];
    private readonly List<IAsyncDisposable> belongings = [];
    private readonly List<IAsyncDisposable> foundations = [];
    private readonly CancellationTokenSource ending = new();
    private readonly long started = TimeProvider.System.GetTimestamp();
    private Task supervising = Task.CompletedTask;

    public Site(Database database, PostgresServer? server)
    {
        Database = database;
        Server = server;
        JournalFolder = Directory.CreateDirectory(Path.Combine(Folder, "journal")).FullName;
    }

    public Database Database { get; }

    /// <summary>Null on SQLite.</summary>
    public PostgresServer? Server { get; }

    public string Folder => folder.FullName;

    public string JournalFolder { get; }

    public List<Slot> Instances { get; } = [];

    public List<Slot> Workers { get; } = [];

    public IEnumerable<Slot> Slots => Instances.Concat(Workers);

    /// <summary>What was done to it, and when.</summary>
    public IReadOnlyCollection<string> Notes => notes;

    /// <summary>How often each fault really hit.</summary>
    public IReadOnlyDictionary<string, int> Hits => hits;

    /// <summary>Settings of every instance.</summary>
    public Dictionary<string, string> InstanceSettings { get; } = [];

    /// <summary>Settings of every worker.</summary>
    public Dictionary<string, string> WorkerSettings { get; } = [];

    /// <summary>Where instances find the database, if it is not where it is.</summary>
    public Func<Slot, string>? ConnectionString { get; set; }

    /// <summary>Where a worker finds its instance, if it is not where it is.</summary>
    public Func<Slot, Uri, Uri>? ApiUrl { get; set; }

    /// <summary>What puts a worker elsewhere, such as into a network namespace.</summary>
    public Func<Slot, string[]>? Launcher { get; set; }

    /// <summary>Other programs than those of this build, by the name of the project.</summary>
    public Func<Slot, string, string?>? Program { get; set; }

    /// <summary>Whether processes that ended by themselves may have said so; else an exit that nobody caused is a violation.</summary>
    public bool IsSupervised { get; set; } = true;

    public void Note(string what)
    {
        var at = TimeProvider.System.GetElapsedTime(started);
        notes.Enqueue($"{at.TotalSeconds, 6:F2} s  {what}");
    }

    public void Hit(string fault, int times = 1) => hits.AddOrUpdate(fault, times, (_, before) => before + times);

    /// <summary>Ended with the site, the last one first.</summary>
    public T Keep<T>(T belonging)
        where T : IAsyncDisposable
    {
        belongings.Add(belonging);
        return belonging;
    }

    /// <summary>Lets the kills of <see cref="KillAt"/> count from here on.</summary>
    public void Arm() => File.WriteAllText(Armed, "");

    /// <summary>The setting with which a process ends itself when it reaches a place for the nth time while faults strike.</summary>
    public (string Name, string Value) KillAt(string failpoint, int nth) =>
        (FailpointSetting.Variable, $"{failpoint}=kill {nth} {Armed}");

    /// <summary>Waits until one of the processes is up and no other fault's, and makes it the caller's; it gives it back.</summary>
    public static async Task<Slot> TakeAsync(IReadOnlyList<Slot> slots, Random random)
    {
        var order = slots.ToArray();
        random.Shuffle(order);
        var slot = await Until.SeenAsync(
            "a process is up",
            () => Task.FromResult(order.FirstOrDefault(slot => slot is { IsUp: true, IsHeld: false }))
        );
        slot.IsHeld = true;
        return slot;
    }

    private string Armed => Path.Combine(Folder, "armed");

    /// <summary>Ended after the database, in the order in which they were given: the server that it is on, then the disk below that.</summary>
    public T KeepLongest<T>(T belonging)
        where T : IAsyncDisposable
    {
        foundations.Add(belonging);
        return belonging;
    }

    /// <summary>The disk that the database is on, where it has one of its own.</summary>
    public DirectoryInfo? SmallDisk { get; set; }

    public void AddInstances(int count)
    {
        for (var number = 0; number < count; number++)
        {
            var slot = new Slot($"api-{number}", StartInstanceAsync);
            ports[slot] = HttpProxy.FreePort();
            Instances.Add(slot);
        }
    }

    /// <summary>Adds workers; each asks one instance, in turns.</summary>
    public void AddWorkers(int count)
    {
        for (var number = 0; number < count; number++)
        {
            Workers.Add(new Slot($"worker-{number}", StartWorkerAsync));
        }
    }

    public Uri AddressOf(Slot instance) => new($"http://127.0.0.1:{ports[instance]}/");

    public int PortOf(Slot instance) => ports[instance];

    /// <summary>The instance that a worker asks.</summary>
    public Slot InstanceOf(Slot worker) => Instances[Workers.IndexOf(worker) % Instances.Count];

    /// <summary>A client of an instance, for as long as the caller keeps it.</summary>
    public SchedulerClient ClientOf(Slot instance) => new(AddressOf(instance), AdminKey);

    /// <summary>Starts all, the first instance before the others where there is a schema to make.</summary>
    public async Task StartAsync()
    {
        await Task.WhenAll(Slots.Select(slot => slot.StartAsync()));
        Note($"{Instances.Count} instances and {Workers.Count} workers are up");
        supervising = SuperviseAsync();
    }

    /// <summary>Lets a process end by SIGTERM and starts the next one.</summary>
    /// <returns>How long it took to end.</returns>
    /// <exception cref="InvalidOperationException">It took too long, or did not end well.</exception>
    public async Task<TimeSpan> ReplaceAsync(Slot slot, double mostSeconds)
    {
        await Until.TrueAsync("the process is up", () => slot is { IsUp: true, IsHeld: false });
        slot.IsHeld = true;
        var (exitCode, took) = await slot.Process!.TerminateAsync();
        Note($"{slot.Name} has ended on SIGTERM with {exitCode} after {took.TotalSeconds:F1} s");
        if (exitCode != 0 || took.TotalSeconds > mostSeconds)
        {
            throw new InvalidOperationException(
                $"{slot.Name} ended on SIGTERM with {exitCode} after {took.TotalSeconds:F1} s."
            );
        }
        await slot.StartAsync();
        slot.IsHeld = false;
        return took;
    }

    /// <summary>Ends the supervision, and starts whatever is down.</summary>
    public async Task HealAsync()
    {
        foreach (var slot in Slots)
        {
            slot.IsHeld = false;
            slot.Once.Clear();
        }
        await Until.TrueAsync("all processes are up again", () => Slots.All(slot => slot.IsUp));
    }

    /// <summary>Ends all processes; what they said can still be read.</summary>
    public async Task StopAsync()
    {
        if (ending.IsCancellationRequested)
        {
            return;
        }
        await ending.CancelAsync();
        await supervising;
        await Task.WhenAll(Slots.Select(slot => slot.CloseAsync()));
    }

    /// <summary>Writes what every process said into files.</summary>
    /// <returns>Their folder.</returns>
    public string WriteLogs()
    {
        var logs = Directory.CreateDirectory(Path.Combine(Folder, "logs")).FullName;
        foreach (var slot in Slots)
        {
            File.WriteAllText(
                Path.Combine(logs, $"{slot.Name}.log"),
                string.Join("\n--- started again\n", slot.Processes.Select(process => process.Output))
            );
        }
        return logs;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var belonging in Enumerable.Reverse(belongings))
        {
            await belonging.DisposeAsync();
        }
        await Database.DisposeAsync();
        foreach (var foundation in foundations)
        {
            await foundation.DisposeAsync();
        }
        ending.Dispose();
        if (!KeepsFolder)
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Whether the folder with logs and journals stays.</summary>
    public bool KeepsFolder { get; set; }

    private async Task SuperviseAsync()
    {
        var starting = new Dictionary<Slot, Task>();
        while (!ending.IsCancellationRequested)
        {
            foreach (var slot in Slots)
            {
                if (slot.IsHeld || slot.IsUp || starting.TryGetValue(slot, out var start) && !start.IsCompleted)
                {
                    continue;
                }
                Note($"{slot.Name} has ended with {slot.Process?.ExitCode} and is started again");
                starting[slot] = StartQuietlyAsync(slot);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        await Task.WhenAll(starting.Values);
    }

    // One that dies before it is ready, as where its database is away, is simply started once more.
    private async Task StartQuietlyAsync(Slot slot)
    {
        try
        {
            await slot.StartAsync();
        }
        catch (Exception failure) when (failure is InvalidOperationException or NUnit.Framework.AssertionException)
        {
            Note($"{slot.Name} did not come up");
            if (slot.Process is { HasExited: false } stuck && !ending.IsCancellationRequested)
            {
                await stuck.KillAsync();
            }
        }
    }

    private async Task<RunningProcess> StartInstanceAsync(Slot slot, IReadOnlyDictionary<string, string> own)
    {
        var settings = Settings(InstanceSettings, own);
        settings.TryAdd("ADMIN_KEY", AdminKey);
        settings.TryAdd("WORKER_KEY", WorkerKey);
        settings.TryAdd("PORT", $"{ports[slot]}");
        settings.TryAdd(
            "Scheduler__Storage__Provider",
            $"{(Database.IsPostgres ? StorageProvider.Postgres : StorageProvider.Sqlite)}"
        );
        settings.TryAdd(
            "Scheduler__Storage__ConnectionString",
            ConnectionString?.Invoke(slot) ?? Database.Inner.ConnectionString
        );
        settings.TryAdd("Scheduler__Tick", "true");
        settings.TryAdd("Scheduler__TickSeconds", "1");
        settings.TryAdd("Scheduler__EmbeddedWorker", "false");
        settings.TryAdd("Scheduler__LeaseSeconds", $"{LeaseSeconds}");
        foreach (var limit in (string[])["StandardKey", "ElevatedKey", "Address", "UnknownKeys", "OpenCalls"])
        {
            settings.TryAdd($"Scheduler__RateLimits__{limit}", "1000000");
        }
        return await ApiProcess.StartAsync(
            Folder,
            settings,
            slot.Began,
            slot.Name,
            Program?.Invoke(slot, "Scheduler.Api")
        );
    }

    private async Task<RunningProcess> StartWorkerAsync(Slot slot, IReadOnlyDictionary<string, string> own)
    {
        var settings = Settings(WorkerSettings, own);
        var address = AddressOf(InstanceOf(slot));
        settings.TryAdd("API_URL", $"{ApiUrl?.Invoke(slot, address) ?? address}");
        settings.TryAdd("WORKER_KEY", WorkerKey);
        settings.TryAdd("WORKER_ID", slot.Name);
        settings.TryAdd("WORKER_CONCURRENCY", "3");
        settings.TryAdd("POLL_INTERVAL_SECONDS", "0.3");
        return await WorkerProcess.StartAsync(
            slot.Name,
            Folder,
            settings,
            slot.Began,
            Program?.Invoke(slot, "Scheduler.Worker"),
            Launcher?.Invoke(slot) ?? []
        );
    }

    private Dictionary<string, string> Settings(
        IReadOnlyDictionary<string, string> role,
        IReadOnlyDictionary<string, string> own
    )
    {
        var settings = new Dictionary<string, string>(own);
        foreach (var (name, value) in role)
        {
            settings.TryAdd(name, value);
        }
        settings.TryAdd("ASPNETCORE_ENVIRONMENT", "Development");
        settings.TryAdd("DOTNET_ENVIRONMENT", "Development");
        // A process lives for seconds: compiling what it calls often a second time is half of its work, and never pays.
        settings.TryAdd("DOTNET_TC_CallCounting", "0");
        settings.TryAdd("Scheduler__Datasets__Path", Path.Combine(Folder, "datasets"));
        settings.TryAdd("Scheduler__Files__Root", Directory.CreateDirectory(Path.Combine(Folder, "files")).FullName);
        settings.TryAdd("Scheduler__Secrets__KeyFile", Path.Combine(Folder, "credentials.key"));
        settings.TryAdd(RunJournal.Variable, JournalFolder);
        // Many processes on few cores: the second compilation of everything is not worth its time here.
        settings.TryAdd("DOTNET_TieredPGO", "0");
        return settings;
    }
}
