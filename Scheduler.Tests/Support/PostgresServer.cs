using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;
using NUnit.Framework;

namespace Scheduler.Tests.Support;

/// <summary>
/// A private PostgreSQL on loopback, in a folder of its own, ended with this process. Its binaries come from the PATH or from
/// where distributions put them.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string SuperUser = "postgres";

    private static readonly string[] Folders =
    [
        "/usr/lib/postgresql",
        "/usr/local/pgsql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
    ];

    private readonly string program;
    private readonly string[] arguments;
    private readonly DirectoryInfo folder;
    private readonly int port;
    private Process process;

    private PostgresServer(Process process, string program, string[] arguments, DirectoryInfo folder, int port)
    {
        this.process = process;
        this.program = program;
        this.arguments = arguments;
        this.folder = folder;
        this.port = port;
    }

    public int ProcessId => process.Id;

    /// <summary>Processor seconds that the server and its processes, ended ones too, have used so far (Linux).</summary>
    public double CpuSeconds =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Sum(name => CpuTicksOf(name!) / 100.0);

    /// <summary>Starts a server; the test is ignored where none is installed, and fails in CI.</summary>
    /// <param name="durable">Whether a commit is on disk before it is answered; tests that crash nothing do without.</param>
    /// <param name="place">An empty folder that it shall live in, and be small in; removed at the end. One of its own if none is given.</param>
    /// <param name="keepsCommitTimes">Whether <c>pg_xact_commit_timestamp</c> answers.</param>
    /// <param name="archive">A folder that its log is kept in, for a restore to a point in time.</param>
    public static async Task<PostgresServer> StartAsync(
        bool durable,
        DirectoryInfo? place = null,
        bool keepsCommitTimes = false,
        DirectoryInfo? archive = null
    )
    {
        if (Find("initdb") is not { } initdb || Find("postgres") is not { } postgres)
        {
            return Missing("PostgreSQL 15 or newer is not installed: initdb and postgres are not on the PATH.");
        }
        var folder = place ?? Directory.CreateTempSubdirectory("scheduler-postgres-");
        var data = Path.Combine(folder.FullName, "data");
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", ["nobody", folder.FullName]);
        }
        string[] make =
        [
            "-D",
            data,
            "-U",
            SuperUser,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            .. place is null ? [] : (string[])["--wal-segsize=1"],
        ];
        await RunAsync(initdb, make, unprivileged: true);
        var port = FreePort();
        string[] serve =
        [
            "-D",
            data,
            "-k",
            folder.FullName,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            $"port={port}",
            "-c",
            "max_connections=400",
            "-c",
            "log_min_messages=fatal",
            .. durable
                ? []
                : (string[])["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
            .. keepsCommitTimes ? (string[])["-c", "track_commit_timestamp=on"] : [],
            .. place is null ? [] : (string[])["-c", "min_wal_size=2MB", "-c", "max_wal_size=4MB"],
            .. archive is null
                ? []
                : (string[])["-c", "archive_mode=on", "-c", $"archive_command=cp %p {archive.FullName}/%f"],
        ];
        if (archive is not null && Environment.UserName == "root")
        {
            await RunAsync("chown", ["nobody", archive.FullName]);
        }
        var server = new PostgresServer(await ServeAsync(postgres, serve), postgres, serve, folder, port);
        await server.WaitAsync();
        return server;
    }

    /// <summary>A copy of all of its files while it works, from which <see cref="RestoreAsync"/> begins.</summary>
    /// <param name="place">A folder of the caller's; the copy is made below it.</param>
    public async Task BackUpAsync(DirectoryInfo place)
    {
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", ["nobody", place.FullName]);
        }
        await RunAsync(
            Find("pg_basebackup") ?? "pg_basebackup",
            [
                "-h",
                "127.0.0.1",
                "-p",
                $"{port}",
                "-U",
                SuperUser,
                "-D",
                Path.Combine(place.FullName, "data"),
                "-c",
                "fast",
            ],
            unprivileged: true
        );
    }

    /// <summary>Another server, as the one that was backed up stood at a named point of its log.</summary>
    /// <param name="place">Where the backup is; the new server lives there, and removes it at the end.</param>
    /// <param name="archive">Where the log was kept.</param>
    /// <param name="point">The name that <c>pg_create_restore_point</c> was given.</param>
    public static async Task<PostgresServer> RestoreAsync(DirectoryInfo place, DirectoryInfo archive, string point)
    {
        var program = Find("postgres")!;
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(place.FullName, "data", "recovery.signal"), "");
        string[] serve =
        [
            "-D",
            Path.Combine(place.FullName, "data"),
            "-k",
            place.FullName,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            $"port={port}",
            "-c",
            "max_connections=400",
            "-c",
            "log_min_messages=fatal",
            "-c",
            $"restore_command=cp {archive.FullName}/%f %p",
            "-c",
            $"recovery_target_name={point}",
            "-c",
            "recovery_target_action=promote",
        ];
        var server = new PostgresServer(await ServeAsync(program, serve), program, serve, place, port);
        await server.WaitAsync("do $$ begin if pg_is_in_recovery() then raise 'not yet'; end if; end $$");
        return server;
    }

    public int Port => port;

    public bool HasExited => process.HasExited;

    /// <summary>What <c>pg_ctl stop -m immediate</c> does: no process of it gets to write or say anything more.</summary>
    public async Task StopImmediatelyAsync()
    {
        const int Quit = 3;
        _ = Signal(process.Id, Quit);
        await process.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same data and port; returns once it answers, after its recovery.</summary>
    public async Task StartAgainAsync()
    {
        process.Dispose();
        process = await ServeAsync(program, arguments);
        await WaitAsync();
    }

    /// <summary>A connection string for one of its databases.</summary>
    public string ConnectionString(string database, string user = SuperUser) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = user,
            Database = database,
        }.ToString();

    public async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
        if (folder.Exists)
        {
            folder.Delete(recursive: true);
        }
    }

    // proc(5): after the name in brackets come state and parent, and from the 12th on the ticks of the process and its children.
    private long CpuTicksOf(string id)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return 0;
        }
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var isOurs = id == $"{process.Id}" || fields[1] == $"{process.Id}";
        return isOurs ? fields[11..15].Sum(long.Parse) : 0;
    }

    private static PostgresServer Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            Assert.Fail(reason);
        }
        Assert.Ignore(reason);
        throw new InvalidOperationException(reason);
    }

    private async Task WaitAsync(string question = "select 1")
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await ExecuteAsync(question);
                return;
            }
            catch (NpgsqlException) when (tries < 300 && !process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private static string? Find(string program)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var installed = Folders
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .OrderDescending(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "bin"));
        return path.Concat(installed).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    private static async Task RunAsync(string program, string[] arguments, bool unprivileged = false)
    {
        using var run = Begin(program, arguments, unprivileged);
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} ended with exit code {run.ExitCode}.");
        }
    }

    // PostgreSQL refuses to run as root.
    private static Process Begin(string program, string[] arguments, bool unprivileged, bool diesWithThread = false)
    {
        var isRoot = Environment.UserName == "root";
        string[] user = unprivileged && isRoot ? ["--reuid=nobody", "--clear-groups"] : [];
        string[] death = diesWithThread && OperatingSystem.IsLinux() ? ["--pdeathsig=KILL"] : [];
        string[] command = user.Length + death.Length > 0 ? ["setpriv", .. user, .. death, program] : [program];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>
    /// Starts the server so that it goes when this process goes, however that ends. The kernel binds that to the thread that made
    /// it, and those of the pool come and go: this one stays.
    /// </summary>
    private static Task<Process> ServeAsync(string program, string[] arguments)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                started.SetResult(Begin(program, arguments, unprivileged: true, diesWithThread: true));
                using var never = new ManualResetEventSlim();
                never.Wait();
            }
            catch (Win32Exception failure)
            {
                started.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = "postgres",
        }.Start();
        return started.Task;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int pid, int signal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
