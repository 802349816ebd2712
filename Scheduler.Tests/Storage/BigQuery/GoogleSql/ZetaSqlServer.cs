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
        await server.EnsureAsync();
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
        const int Tries = 3;
        for (var nth = 1; ; nth++)
        {
            try
            {
                return await call(client!);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && nth < Tries)
            {
                await EnsureAsync();
            }
        }
    }

    private async Task EnsureAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (process is { HasExited: false })
            {
                return;
            }
            channel?.Dispose();
            var port = FreePort();
            process = Process.Start(
                new ProcessStartInfo(program, $"localhost {port}")
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill();
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("Server listening", StringComparison.Ordinal))
                {
                    break;
                }
            }
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            channel = GrpcChannel.ForAddress(
                $"http://127.0.0.1:{port}",
                new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null }
            );
            client = new ZetaSqlLocalService.ZetaSqlLocalServiceClient(channel);
            Language = await client.GetLanguageOptionsAsync(new LanguageOptionsRequest { MaximumFeatures = true });
            Language.ProductMode = 1;
            Language.SupportedStatementKinds.Clear();
            Language.ReservedKeywords.Add("QUALIFY");
            Language.EnabledLanguageFeatures.Add(IntervalType);
            // BigQuery's timestamps end at the microsecond.
            Language.EnabledLanguageFeatures.Remove(TimestampNanos);
            Options = await client.GetAnalyzerOptionsAsync(new AnalyzerOptionsRequest());
            Options.LanguageOptions = Language;
            Options.DefaultTimezone = "UTC";
            Options.ParameterMode = 0;
            Options.ErrorMessageMode = 1;
        }
        finally
        {
            starting.Release();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
