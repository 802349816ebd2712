using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Benchmarks;

/// <summary>The API and its workers as built, on loopback, on one store; all processes end with it.</summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string AdminKey = "benchmark-admin-key-0123456789abc";
    public const string WorkerKey = "benchmark-worker-key-0123456789ab";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-bench-");
    private readonly List<RunningProcess> processes = [];
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(30) };
    private readonly BenchmarkStore store;

    private Installation(BenchmarkStore store) => this.store = store;

    public ApiProcess Api { get; private set; } = null!;

    public HttpClient Http => http;

    /// <summary>Processor time that the workers have used.</summary>
    public double WorkersCpuSeconds =>
        processes.Where(process => process != Api).Sum(process => process.Cpu.TotalSeconds);

    /// <summary>Starts an API that does nothing by itself unless the changes say otherwise.</summary>
    public static async Task<Installation> StartAsync(
        BenchmarkStore store,
        params IEnumerable<(string Name, string Value)> changes
    )
    {
        var installation = new Installation(store);
        var settings = installation.Settings([
            ("ADMIN_KEY", AdminKey),
            ("WORKER_KEY", WorkerKey),
            ("PORT", "0"),
            ("Scheduler__Tick", "false"),
            ("Scheduler__EmbeddedWorker", "false"),
            .. store.Settings.Select(setting => (setting.Key, setting.Value)),
            .. changes,
        ]);
        var path = installation.folder.FullName;
        installation.Api = await ApiProcess.StartAsync(path, settings, installation.processes.Add);
        installation.http.BaseAddress = installation.Api.Address;
        installation.http.DefaultRequestHeaders.Add("X-Admin-Key", AdminKey);
        return installation;
    }

    /// <summary>Starts the workers together; returns at once, they start while the measurement goes on.</summary>
    public void StartWorkers()
    {
        for (var nth = 1; nth <= BenchmarkSettings.Workers; nth++)
        {
            processes.Add(
                new RunningProcess(
                    $"worker {nth}",
                    BuiltProgram.Worker,
                    [],
                    folder.FullName,
                    Settings([.. WorkerSettings(nth)])
                )
            );
        }
    }

    /// <summary>The settings of the nth worker.</summary>
    public IEnumerable<(string Name, string Value)> WorkerSettings(int nth) =>
        [
            ("API_URL", Api.Address.ToString()),
            ("WORKER_KEY", WorkerKey),
            ("WORKER_ID", $"bench-{nth}"),
            ("WORKER_CONCURRENCY", BenchmarkSettings.Concurrency.ToString(CultureInfo.InvariantCulture)),
            ("Scheduler__AllowProbe", "true"),
            ("Scheduler__Datasets__Path", Path.Combine(folder.FullName, "datasets")),
            ("Logging__LogLevel__Default", BenchmarkSettings.WorkerLogLevel),
        ];

    /// <summary>Plans and queues everything that is due.</summary>
    public async Task<TriggerResponse> TriggerAsync()
    {
        var request = new TriggerRequest
        {
            BatchSize = BenchmarkSettings.TriggerBatch,
            MaxProcessingTimeSeconds = 3600,
        };
        using var body = JsonContent.Create(request, options: WireJson.Options);
        using var answer = await http.PostAsync("/api/v1/scheduler/trigger", body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<TriggerResponse>(WireJson.Options))!;
    }

    /// <summary>Asks something of the operators' part of the API.</summary>
    /// <param name="path">Below /api/v1/scheduler/.</param>
    public async Task<JsonElement> PostAsync(string path, object? body)
    {
        using var answer = await http.PostAsync(
            $"/api/v1/scheduler/{path}",
            body is null ? null : JsonContent.Create(body)
        );
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Waits until nothing is queued or running any more, with a sign of life every few seconds.</summary>
    public async Task DrainedAsync(TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        var said = 0;
        while ((await LeftAsync(1)) > 0)
        {
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (elapsed > limit)
            {
                throw new TimeoutException(
                    $"{await LeftAsync(int.MaxValue)} runs are unfinished after {limit.TotalSeconds:0} s.\n"
                        + string.Join('\n', processes.Select(process => process.Name + ": " + Tail(process)))
                );
            }
            if (elapsed.TotalSeconds > 5 * (said + 1))
            {
                said++;
                Figures.Say($"{await LeftAsync(int.MaxValue)} unfinished after {elapsed.TotalSeconds:0} s");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <summary>The instant now, from the clock that the processes share with this one.</summary>
    public static Instant Now => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        // The workers first: without an API they would only complain.
        processes.Reverse();
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
        http.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task<double> LeftAsync(int most) =>
        (
            await store.NumbersAsync(
                $"""
                select
                  (select count(*) from (select 1 from pipeline_execution_queue where state = 'QUEUED' limit {most}) q)
                  + (select count(*) from (select 1 from pipeline_execution_queue where state = 'PROCESSING' limit {most}) p)
                """
            )
        )[0];

    private static string Tail(RunningProcess process) => string.Join('\n', process.Output.Split('\n').TakeLast(5));

    private Dictionary<string, string> Settings(IEnumerable<(string Name, string Value)> own)
    {
        // Development, so that the API listens on loopback only.
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Scheduler__Datasets__Path"] = Path.Combine(folder.FullName, "datasets"),
        };
        foreach (var (name, value) in own)
        {
            settings[name] = value;
        }
        return settings;
    }
}
