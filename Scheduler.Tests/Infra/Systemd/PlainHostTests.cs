using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Systemd;

/// <summary>
/// API and worker published as docs/deploy.md publishes them for a Linux host without .NET, and started from there as their units say:
/// as nobody in particular, from a folder that they cannot write to, with the environment file and nothing else.
/// </summary>
[Platform("Linux")]
public sealed class PlainHostTests : IAsyncDisposable
{
    private const string AdminKey = "plain-host-admin-key-0123456789ab";
    private const string WorkerKey = "plain-host-worker-key-0123456789a";
    private const string Customer = "birch";
    private const string Sample = "focus-example-co-b.csv";

    /// <summary>In place of the host's /opt, /etc and /var/lib; what is published is the same for all tests.</summary>
    private static readonly DirectoryInfo Host = Directory.CreateTempSubdirectory("scheduler-host-");

    private readonly List<RunningProcess> processes = [];
    private readonly DirectoryInfo state = Host.CreateSubdirectory($"state-{Guid.NewGuid():N}");

    private static bool IsRoot => Environment.UserName == "root";

    [OneTimeSetUp]
    public static async Task PublishAsync()
    {
        // Whoever runs the programs must be able to get to them.
        await RunAsync("chmod", ["755", Host.FullName]);
        foreach (var part in (string[])["Api", "Worker"])
        {
            var started = Stopwatch.GetTimestamp();
            await RunAsync(
                "dotnet",
                [
                    "publish",
                    $"Scheduler.{part}",
                    .. DocumentedOptions(),
                    // The build has judged the same sources already.
                    "-p:RunAnalyzers=false",
                    "--artifacts-path",
                    Path.Combine(Host.FullName, "artifacts"),
                    "-o",
                    Program(part),
                ]
            );
            await TestContext.Progress.WriteLineAsync(
                $"   … {part} published in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"
            );
        }
        Directory.Delete(Path.Combine(Host.FullName, "artifacts"), recursive: true);
        if (!IsRoot)
        {
            await RunAsync("chmod", ["-R", "a-w", Path.Combine(Host.FullName, "opt")]);
        }
    }

    [OneTimeTearDown]
    public static async Task RemoveAsync()
    {
        if (!IsRoot)
        {
            await RunAsync("chmod", ["-R", "u+w", Host.FullName]);
        }
        Host.Delete(recursive: true);
    }

    [Test]
    public async Task They_work_as_their_units_start_them_and_write_only_where_they_may()
    {
        var installed = Files("opt");
        var files = state.CreateSubdirectory("files");
        File.Copy(
            Path.Combine(Program("Api"), "Samples", Sample),
            Path.Combine(files.CreateSubdirectory(Customer).FullName, Sample)
        );
        await GiveAsync(state.FullName);

        var unit = Unit.Read("scheduler-api.service");
        var api = await ApiProcess.StartAsync(
            state.FullName,
            Settings(
                unit,
                ("ADMIN_KEY", AdminKey),
                ("WORKER_KEY", WorkerKey),
                ("PORT", "0"),
                // One process less than PostgreSQL, and the native library of SQLite is tried.
                ("Scheduler__Storage__Provider", "Sqlite"),
                ("Scheduler__Storage__ConnectionString", $"Data Source={state.FullName}/scheduler.db"),
                ("Scheduler__Files__Root", files.FullName),
                // On loopback only: this is no host of its own.
                ("ASPNETCORE_ENVIRONMENT", "Development")
            ),
            processes.Add,
            assembly: Place(unit["ExecStart"]),
            launcher: Launcher(unit)
        );
        using var client = new SchedulerClient(api.Address, AdminKey);
        await client.OnboardAsync(
            new OnboardRequest
            {
                CustomerId = Customer,
                CompanyName = "Birch Studio",
                AdminEmail = "owner@birch.example",
                SubscriptionPlan = SubscriptionPlan.Professional,
            }
        );
        var pipeline = await client.ConfigureAsync(Customer, PipelineRequests.Focus(Sample));
        await client.RunNowAsync(Customer, pipeline.ConfigId);

        unit = Unit.Read("scheduler-worker@.service", "1");
        var worker = await WorkerProcess.StartAsync(
            "the worker",
            state.FullName,
            Settings(
                unit,
                ("API_URL", $"{api.Address}"),
                ("WORKER_KEY", WorkerKey),
                ("POLL_INTERVAL_SECONDS", "0.5"),
                ("Scheduler__Files__Root", files.FullName)
            ),
            processes.Add,
            Place(unit["ExecStart"]),
            Launcher(unit)
        );
        var ended = await Until.SeenAsync(
            "the run has ended",
            async () => (await client.RunsAsync(Customer)).SingleOrDefault(run => run.ActualEndTime is not null)
        );
        var memory = (Api: api.MemoryMiB, Worker: worker.MemoryMiB);
        var (workerExit, workerTook) = await worker.TerminateAsync();
        var (apiExit, apiTook) = await api.TerminateAsync();

        await TestContext.Out.WriteLineAsync(
            $"resident: API {memory.Api:0} MiB, worker {memory.Worker:0} MiB; ended in {apiTook.TotalSeconds:0.0} and {workerTook.TotalSeconds:0.0} s"
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.State, Is.EqualTo(RunState.Completed));
            Assert.That(worker.Output, Does.Contain("worker worker-1-"), "the unit names its instances");
            Assert.That((apiExit, workerExit), Is.EqualTo((0, 0)));
            Assert.That(apiTook.TotalSeconds, Is.LessThan(Seconds(Unit.Read("scheduler-api.service"))));
            Assert.That(workerTook.TotalSeconds, Is.LessThan(Seconds(unit)));
            Assert.That(Files("opt"), Is.EqualTo(installed), "nothing was written beside the programs");
            Assert.That(
                Files(state.Name).Keys,
                Has.Some.EndsWith("/credentials.key").And.Some.EndsWith("/scheduler.db")
            );
            Assert.That(
                new FileInfo(Path.Combine(state.FullName, "scheduler.db")).UnixFileMode,
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite),
                "the unit's mask of rights"
            );
        }
    }

    [TestCase("scheduler-api.service", "ADMIN_KEY")]
    [TestCase("scheduler-worker@.service", "WORKER_KEY")]
    public async Task An_example_that_was_not_filled_in_ends_with_the_code_after_which_no_unit_starts_again(
        string file,
        string setting
    )
    {
        await GiveAsync(state.FullName);
        var unit = Unit.Read(file, "1");
        var program = Place(unit["ExecStart"]);
        var process = new RunningProcess(file, program, [], state.FullName, Settings(unit), Launcher(unit));
        processes.Add(process);

        await Until.TrueAsync($"{file}'s program has ended", () => process.HasExited);
        await process.SaysAsync(setting);

        Assert.That($"{process.ExitCode}", Is.EqualTo(unit["RestartPreventExitStatus"]));
    }

    public async ValueTask DisposeAsync()
    {
        processes.Reverse();
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>What docs/deploy.md gives <c>dotnet publish</c>, without the place.</summary>
    private static string[] DocumentedOptions()
    {
        const string Command = "dotnet publish Scheduler.$part ";
        var line = File.ReadLines(Path.Combine(Repository.Root, "docs/deploy.md"))
            .Single(line => line.Contains("PublishSingleFile", StringComparison.Ordinal))
            .Trim();
        Assert.That(line, Does.StartWith(Command).And.Contain(" -o "));
        return line[Command.Length..line.IndexOf(" -o ", StringComparison.Ordinal)].Split(' ');
    }

    /// <summary>The environment file as it is shipped and what the unit adds, with what an operator would have put in.</summary>
    private Dictionary<string, string> Settings(Unit unit, params IEnumerable<(string Name, string Value)> filledIn)
    {
        var example = Path.Combine(Unit.Folder, Path.GetFileName(unit["EnvironmentFile"]) + ".example");
        var settings = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        foreach (
            var line in File.ReadLines(example)
                .Concat(unit.Environment)
                .Where(line => line.Length > 0 && line[0] != '#')
        )
        {
            var setting = line.Split('=', 2);
            settings[setting[0]] = Place(setting[1]);
        }
        foreach (var (name, value) in filledIn)
        {
            settings[name] = value;
        }
        return settings;
    }

    /// <summary>A place on the host, here.</summary>
    private string Place(string path) =>
        path.Replace("/opt/scheduler", Path.Combine(Host.FullName, "opt"), StringComparison.Ordinal)
            .Replace("/var/lib/scheduler", state.FullName, StringComparison.Ordinal);

    private static string Program(string part) => Path.Combine(Host.FullName, "opt", part.ToLowerInvariant());

    /// <summary>Becomes somebody without rights, with the unit's mask.</summary>
    private static string[] Launcher(Unit unit) =>
        [
            .. IsRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : Array.Empty<string>(),
            "sh",
            "-c",
            $"umask {unit["UMask"]}; exec \"$0\" \"$@\"",
        ];

    private static double Seconds(Unit unit) => double.Parse(unit["TimeoutStopSec"], CultureInfo.InvariantCulture);

    private static Dictionary<string, (DateTime, long)> Files(string place) =>
        new DirectoryInfo(Path.Combine(Host.FullName, place))
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .ToDictionary(file => file.FullName, file => (file.LastWriteTimeUtc, file.Length));

    private static Task GiveAsync(string place) =>
        IsRoot ? RunAsync("chown", ["-R", "nobody", place]) : Task.CompletedTask;

    private static async Task RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // No build server that outlives the test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var run = Process.Start(start)!;
        var error = run.StandardError.ReadToEndAsync();
        var said = await run.StandardOutput.ReadToEndAsync() + await error;
        await run.WaitForExitAsync();
        Assert.That(run.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{said}");
    }
}
