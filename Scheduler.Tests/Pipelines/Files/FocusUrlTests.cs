using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Retry;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace Scheduler.Tests.Pipelines.Files;

public sealed class FocusUrlTests : IDisposable
{
    private const string Query = "?sig=canary-signature&expires=1";
    private readonly PipelineBench bench = new();
    private readonly WireMockServer server = WireMockServer.Start();
    private readonly LogLines log = new();

    public FocusUrlTests()
    {
        bench.AllowedHosts = $"private:localhost:{server.Port}";
        bench.Logger = log;
    }

    public void Dispose()
    {
        server.Dispose();
        bench.Dispose();
    }

    private string Address(string path) => $"http://localhost:{server.Port}/{path}";

    [TestCase("exports/costs.csv")]
    [TestCase("exports/COSTS")]
    public async Task A_CSV_export_loads_under_its_url_without_the_query(string path)
    {
        Serve(path, Encoding.UTF8.GetBytes(PipelineBench.Costs(("2026-10-01", "A", "1.5"), ("2026-10-02", "B", "2"))));

        var result = await RunAsync(Address(path) + Query);

        PipelineBench.Completed(result);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1.5", "2026-10-02|B|2"]));
            Assert.That(
                await bench.QueryAsync("select distinct source_account_id from cost_daily"),
                Is.EqualTo([Address(path)])
            );
            Assert.That(server.LogEntries.Single().RequestMessage!.RawQuery, Is.EqualTo(Query));
            Assert.That(result.Metrics.BytesRead, Is.GreaterThan(100));
        }
        await NothingShowsTheQueryAsync();
    }

    [TestCase("costs.parquet", "auto")]
    [TestCase("export", "parquet")]
    public async Task A_Parquet_export_loads(string path, string format)
    {
        Serve(path, await ParquetAsync());

        PipelineBench.Completed(
            await bench.RunAsync(
                PipelineBench.FocusItem(
                    $$"""{"url":"{{Address(path)}}","format":"{{format}}","source_account_id":"x"}"""
                )
            )
        );

        Assert.That(
            await bench.QueryAsync("select usage_date, billed_cost, source_account_id from cost_daily"),
            Is.EqualTo(["2026-10-01|1.000000000001|x"])
        );
    }

    [TestCase(204, ErrorType.InvalidConfiguration)]
    [TestCase(206, ErrorType.InvalidConfiguration)]
    [TestCase(301, ErrorType.InvalidConfiguration)]
    [TestCase(302, ErrorType.InvalidConfiguration)]
    [TestCase(307, ErrorType.InvalidConfiguration)]
    [TestCase(400, ErrorType.InvalidConfiguration)]
    [TestCase(401, ErrorType.AuthenticationFailed)]
    [TestCase(403, ErrorType.AuthorizationFailed)]
    [TestCase(404, ErrorType.ResourceNotFound)]
    [TestCase(408, ErrorType.Timeout)]
    [TestCase(410, ErrorType.ResourceNotFound)]
    [TestCase(429, ErrorType.RateLimitExceeded)]
    [TestCase(500, ErrorType.ServiceUnavailable)]
    [TestCase(503, ErrorType.ServiceUnavailable)]
    public async Task A_status_becomes_an_error_type_and_no_body_or_query_is_shown(int status, ErrorType type)
    {
        server
            .Given(Request.Create().WithPath("/costs.csv"))
            .RespondWith(
                Response
                    .Create()
                    .WithStatusCode(status)
                    .WithHeader("Location", Address("elsewhere.csv"))
                    .WithHeader("Retry-After", "90")
                    .WithBody("canary-body")
            );
        Serve("elsewhere.csv", Encoding.UTF8.GetBytes(PipelineBench.Costs(("2026-10-01", "A", "1"))));

        var failed = PipelineBench.Failed(await RunAsync(Address("costs.csv") + Query));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((type, failed.Message)));
            Assert.That(failed.Message, Does.Contain($"{Address("costs.csv")} answered {status}"));
            Assert.That(failed.RetryAfter, Is.EqualTo(status < 400 ? null : Duration.FromSeconds(90)));
            Assert.That(server.LogEntries, Has.Count.EqualTo(1));
        }
        await NothingShowsTheQueryAsync();
    }

    [TestCase("Mon, 02 Nov 2026 12:05:00 GMT", 300)]
    [TestCase("Mon, 02 Nov 2020 12:05:00 GMT", 0)]
    [TestCase("99999999", 86_400)]
    [TestCase("soon", null)]
    public async Task Retry_after_may_be_a_time_and_is_bounded(string header, int? seconds)
    {
        server
            .Given(Request.Create())
            .RespondWith(Response.Create().WithStatusCode(429).WithHeader("Retry-After", header));

        var failed = PipelineBench.Failed(await RunAsync(Address("costs.csv")));

        Assert.That(failed.RetryAfter, Is.EqualTo(seconds is { } wait ? Duration.FromSeconds(wait) : (Duration?)null));
    }

    [Test]
    public async Task A_file_of_more_bytes_than_allowed_is_refused_and_the_old_data_stays()
    {
        bench.MaxBytes = 200;
        Serve("costs.csv", Encoding.UTF8.GetBytes(PipelineBench.Costs(("2026-10-01", "A", "1"))));
        PipelineBench.Completed(await RunAsync(Address("costs.csv")));
        server.Reset();
        Serve("costs.csv", new byte[201]);

        var failed = PipelineBench.Failed(await RunAsync(Address("costs.csv") + Query));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain("more than 200 bytes"));
        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
    }

    [Test]
    public async Task Compressed_content_is_refused()
    {
        server
            .Given(Request.Create())
            .RespondWith(Response.Create().WithHeader("Content-Encoding", "gzip").WithBody([1, 2, 3]));

        var failed = PipelineBench.Failed(await RunAsync(Address("costs.csv")));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain("compressed"));
    }

    [TestCase("", "has not set Scheduler__Files__AllowedHosts")]
    [TestCase("exports.example.com", "is not among those the operator allows")]
    [TestCase("localhost:{port}", "is not among those the operator allows")]
    [TestCase("private:localhost", "is not among those the operator allows")]
    [TestCase("private:127.0.0.1:{port}", "is not among those the operator allows")]
    public async Task A_url_that_the_list_does_not_admit_is_refused_without_a_call(string list, string message)
    {
        bench.AllowedHosts = list.Replace("{port}", $"{server.Port}");

        var failed = PipelineBench.Failed(await RunAsync(Address("costs.csv") + Query));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain(message));
        Assert.That(server.LogEntries, Is.Empty);
        await NothingShowsTheQueryAsync();
    }

    [Test]
    public async Task A_listed_name_of_an_internal_address_is_refused_without_a_call()
    {
        bench.AllowedHosts = $"localhost:{server.Port}";

        var failed = PipelineBench.Failed(await RunAsync($"https://localhost:{server.Port}/costs.csv{Query}"));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Is.EqualTo("The host localhost has an address that must not be connected to."));
        await NothingShowsTheQueryAsync();
    }

    [Test]
    public async Task A_certificate_that_is_not_trusted_is_refused()
    {
        using var secure = WireMockServer.Start(
            new WireMockServerSettings
            {
                UseSSL = true,
                CertificateSettings = new WireMockCertificateSettings
                {
                    X509CertificateFilePath = SelfSigned(),
                    X509CertificatePassword = "",
                },
            }
        );
        secure.Given(Request.Create()).RespondWith(Response.Create().WithBody("x"));
        bench.AllowedHosts = $"private:localhost:{secure.Port}";

        var failed = PipelineBench.Failed(await RunAsync($"https://localhost:{secure.Port}/costs.csv{Query}"));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain("no certificate that is trusted"));
        Assert.That(secure.LogEntries, Is.Empty);
    }

    [Test]
    public async Task A_host_that_cannot_be_reached_or_found_is_a_transient_fault_of_the_network()
    {
        bench.AllowedHosts = "private:localhost:1,private:exports.invalid";

        var refused = PipelineBench.Failed(await RunAsync("http://localhost:1/costs.csv" + Query));
        var unknown = PipelineBench.Failed(await RunAsync("https://exports.invalid/costs.csv" + Query));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.ErrorType, Is.EqualTo(ErrorType.TransientNetwork));
            Assert.That(refused.Message, Is.EqualTo("The connection to http://localhost:1/costs.csv failed."));
            Assert.That(unknown.ErrorType, Is.EqualTo(ErrorType.TransientNetwork));
            Assert.That(unknown.Message, Is.EqualTo("The host of https://exports.invalid/costs.csv has no address."));
        }
    }

    [TestCase("Content-Length: 100000\r\n", false)]
    [TestCase("Content-Length: 100000\r\n", true)]
    [TestCase("Transfer-Encoding: chunked\r\n", false)]
    [TestCase("Transfer-Encoding: chunked\r\n", true)]
    public async Task A_body_that_is_cut_short_loads_nothing_and_the_old_data_stays(string header, bool resets)
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        PipelineBench.Completed(
            await bench.RunAsync(PipelineBench.FocusItem("""{"path":"costs.csv","source_account_id":"x"}"""))
        );
        var body = PipelineBench.Costs(("2026-10-01", "A", "7"), ("2026-10-02", "B", "8"));
        var chunk = header.StartsWith('T') ? $"{body.Length:x}\r\n{body}\r\n" : body;
        await using var raw = new RawServer(
            $"HTTP/1.1 200 OK\r\n{header}\r\n{chunk}",
            resets ? AfterReply.Reset : AfterReply.Close
        );
        bench.AllowedHosts = $"private:127.0.0.1:{raw.Port}";

        var failed = PipelineBench.Failed(
            await bench.RunAsync(
                PipelineBench.FocusItem(
                    $$"""{"url":"http://127.0.0.1:{{raw.Port}}/costs.csv{{Query}}","source_account_id":"x"}"""
                )
            )
        );

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.TransientNetwork, failed.Message)));
        Assert.That(failed.Message, Does.Contain("cut short").Or.Contain("The connection to"));
        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        await NothingShowsTheQueryAsync();
    }

    [TestCase("HTTP/1.1 200 OK\r\n\r\n", ErrorType.InvalidConfiguration, "without its length")]
    [TestCase("HTTP/1.0 200 OK\r\n\r\n", ErrorType.InvalidConfiguration, "without its length")]
    [TestCase("nothing of the kind\r\n\r\n", ErrorType.TransientNetwork, "failed")]
    [TestCase("", ErrorType.TransientNetwork, "failed")]
    public async Task An_answer_whose_end_cannot_be_known_is_refused(string reply, ErrorType type, string message)
    {
        await using var raw = new RawServer(
            reply.Length == 0 ? "" : reply + PipelineBench.Costs(("2026-10-01", "A", "1")),
            AfterReply.Close
        );
        bench.AllowedHosts = $"private:127.0.0.1:{raw.Port}";

        var failed = PipelineBench.Failed(await RunAsync($"http://127.0.0.1:{raw.Port}/costs.csv"));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((type, failed.Message)));
        Assert.That(failed.Message, Does.Contain(message));
    }

    [Test]
    public async Task A_body_of_unknown_length_ends_at_the_bound()
    {
        bench.MaxBytes = 1000;
        await using var raw = new RawServer(
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{new string('a', 1001)}\r\n",
            AfterReply.Wait
        );
        bench.AllowedHosts = $"private:127.0.0.1:{raw.Port}";

        var failed = PipelineBench.Failed(await RunAsync($"http://127.0.0.1:{raw.Port}/costs.csv"));

        Assert.That(failed.Message, Does.Contain("more than 1000 bytes"));
    }

    [Test]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        await using var raw = new RawServer("", AfterReply.Wait);
        bench.AllowedHosts = $"private:127.0.0.1:{raw.Port}";

        var run = RunAsync($"http://127.0.0.1:{raw.Port}/costs.csv{Query}");
        await raw.Asked;
        bench.Time.Advance(RemoteFiles.SilenceWithin);
        var failed = PipelineBench.Failed(await run);

        Assert.That(
            (failed.ErrorType, failed.Message),
            Is.EqualTo((ErrorType.Timeout, $"http://127.0.0.1:{raw.Port}/costs.csv sent nothing for 60 s."))
        );
    }

    [Test]
    public async Task A_download_that_never_ends_is_given_up_and_the_old_data_stays()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        await using var raw = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\na,b", AfterReply.Wait);
        bench.AllowedHosts = $"private:127.0.0.1:{raw.Port}";

        var run = RunAsync($"http://127.0.0.1:{raw.Port}/costs.csv");
        await raw.Asked;
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        var failed = PipelineBench.Failed(await run);

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.Timeout, failed.Message)));
        Assert.That(failed.Message, Does.EndWith("/costs.csv took longer than 600 s."));
        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
    }

    [Test]
    public async Task A_cancelled_run_ends_its_download()
    {
        await using var raw = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\na,b", AfterReply.Wait);
        bench.AllowedHosts = $"private:127.0.0.1:{raw.Port}";
        using var cancellation = new CancellationTokenSource();

        var run = bench.RunAsync(
            PipelineBench.FocusItem($$"""{"url":"http://127.0.0.1:{{raw.Port}}/costs.csv"}"""),
            cancellation.Token
        );
        await raw.Asked;
        await cancellation.CancelAsync();

        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("""{}""", "Parameter path or url is required")]
    [TestCase(
        """{"path":"a.csv","url":"https://a.example/?sig=canary-signature"}""",
        "cannot be set together with path"
    )]
    [TestCase("""{"url":"https://canary-signature@a.example/"}""", "Parameter url must not have a user name")]
    [TestCase("""{"path":"https://a.example/?sig=canary-signature"}""", "Parameter path must be a relative path")]
    public async Task Either_a_path_or_a_url_must_be_given(string parameters, string message)
    {
        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem(parameters)));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain(message));
        await NothingShowsTheQueryAsync();
    }

    private string SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var path = Path.Combine(bench.CustomerFolder, "own.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, ""));
        return path;
    }

    private Task<PipelineResult> RunAsync(string url) =>
        bench.RunAsync(PipelineBench.FocusItem($$"""{"url":"{{url}}"}"""));

    private void Serve(string path, byte[] body) =>
        server.Given(Request.Create().WithPath("/" + path)).RespondWith(Response.Create().WithBody(body));

    /// <summary>Neither the log nor the customer's run log, in any column, nor what a run says of itself.</summary>
    private async Task NothingShowsTheQueryAsync()
    {
        var rows = new List<string>();
        foreach (var table in (string[])["x_meta_pipeline_runs", "x_meta_step_logs", "cost_daily"])
        {
            rows.AddRange(await bench.QueryAsync($"select to_json(t)::varchar from {table} t"));
        }
        Assert.That(rows, Has.None.Contains("canary"));
        Assert.That(log.Lines, Has.None.Contains("canary"));
    }

    private async Task<byte[]> ParquetAsync()
    {
        var path = Path.Combine(bench.CustomerFolder, "made.parquet");
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "copy (select date '2026-10-01' as ChargePeriodStart, 1.000000000001::decimal(30, 15) as BilledCost, "
            + $"1 as EffectiveCost, 'USD' as BillingCurrency, 'Usage' as ChargeCategory) to '{path}' (format parquet)";
        await command.ExecuteNonQueryAsync();
        return await File.ReadAllBytesAsync(path);
    }

    private sealed class LogLines : ILogger<PipelineRunner>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add($"{formatter(state, exception)} {exception}");
    }
}
