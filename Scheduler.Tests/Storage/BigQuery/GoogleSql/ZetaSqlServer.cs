using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>
/// ZetaSQL's local service as a process of its own on loopback: GoogleSQL's own analyser and reference implementation. One that dies
/// (some texts kill it) is started again; what it was asked then is asked once more.
/// </summary>
internal sealed class ZetaSqlServer : IAsyncDisposable
{
    private const int TimestampNanos = 5;
    private const int IntervalType = 49;
    private static readonly TimeSpan Dying = TimeSpan.FromSeconds(1);

    private static readonly Lazy<Task<ZetaSqlServer>> One = new(StartAsync);

    private readonly string program;
    private readonly SemaphoreSlim starting = new(1, 1);
    private Process? process;
    private GrpcChannel? channel;
    private ZetaSqlLocalService.ZetaSqlLocalServiceClient? client;

    private ZetaSqlServer(string program) => this.program = program;

    public LanguageOptionsProto Language { get; private set; } = null!;

    public AnalyzerOptionsProto Options { get; private set; } = null!;

    public int ProcessId => process!.Id;

    /// <summary>The one of this test run; the test is ignored where the package was not fetched, and fails in CI.</summary>
    public static Task<ZetaSqlServer> SharedAsync() => One.Value;

    public static async Task<ZetaSqlServer> StartAsync()
    {
        var program = Path.Combine(
            Repository.Root,
            "Scheduler.Tests/node_modules/@fivetrandevelopers/zetasql/lib/zetasql/remote_server.so"
        );
        if (!File.Exists(program))
        {
            const string Why = "ZetaSQL is not fetched: npm ci --prefix Scheduler.Tests --ignore-scripts";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                Assert.Fail(Why);
            }
            Assert.Ignore(Why);
        }
        var server = new ZetaSqlServer(program);
        AppDomain.CurrentDomain.ProcessExit += server.Kill;
        await server.RunAsync();
        return server;
    }

    public Task<EvaluateQueryResponse> EvaluateAsync(EvaluateQueryRequest request) =>
        AskAsync(server => server.EvaluateQueryAsync(request));

    public Task<EvaluateModifyResponse> EvaluateAsync(EvaluateModifyRequest request) =>
        AskAsync(server => server.EvaluateModifyAsync(request));

    public Task<AnalyzeResponse> AnalyzeAsync(AnalyzeRequest request) =>
        AskAsync(server => server.AnalyzeAsync(request));

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        channel?.Dispose();
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task<T> AskAsync<T>(Func<ZetaSqlLocalService.ZetaSqlLocalServiceClient, AsyncUnaryCall<T>> call)
    {
        const int Tries = 5;
        for (var nth = 1; ; nth++)
        {
            var asked = process!;
            try
            {
                return await call(client!);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && nth < Tries)
            {
                await ReviveAsync(asked);
            }
        }
    }

    /// <summary>Starts the program again, unless somebody else has done so.</summary>
    private async Task ReviveAsync(Process silent)
    {
        await starting.WaitAsync();
        try
        {
            if (silent != process)
            {
                return;
            }
            // A broken connection is seen before the end of the process is.
            await Task.WhenAny(silent.WaitForExitAsync(), Task.Delay(Dying, TimeProvider.System));
            if (silent.HasExited)
            {
                await RunAsync();
            }
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task RunAsync()
    {
        channel?.Dispose();
        var port = await ListenAsync();
        channel = GrpcChannel.ForAddress(
            $"http://127.0.0.1:{port}",
            new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null }
        );
        var started = new ZetaSqlLocalService.ZetaSqlLocalServiceClient(channel);
        var language = await started.GetLanguageOptionsAsync(new LanguageOptionsRequest { MaximumFeatures = true });
        language.ProductMode = 1;
        language.SupportedStatementKinds.Clear();
        language.ReservedKeywords.Add("QUALIFY");
        language.EnabledLanguageFeatures.Add(IntervalType);
        // BigQuery's timestamps end at the microsecond.
        language.EnabledLanguageFeatures.Remove(TimestampNanos);
        var options = await started.GetAnalyzerOptionsAsync(new AnalyzerOptionsRequest());
        options.LanguageOptions = language;
        options.DefaultTimezone = "UTC";
        options.ParameterMode = 0;
        options.ErrorMessageMode = 1;
        (Language, Options, client) = (language, options, started);
    }

    /// <summary>Starts the program on a port that nobody else has taken in the meantime.</summary>
    private async Task<int> ListenAsync()
    {
        const int Tries = 5;
        for (var nth = 0; nth < Tries; nth++)
        {
            var port = FreePort();
            var started = Process.Start(
                new ProcessStartInfo(program, $"localhost {port}")
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            process = started;
            while (await started.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("Server listening", StringComparison.Ordinal))
                {
                    _ = started.StandardOutput.ReadToEndAsync();
                    _ = started.StandardError.ReadToEndAsync();
                    return port;
                }
            }
        }
        throw new InvalidOperationException("ZetaSQL does not start.");
    }

    private void Kill(object? sender, EventArgs arguments) => process?.Kill();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
