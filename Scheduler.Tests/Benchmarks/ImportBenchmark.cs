using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Api;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Run by hand, see docs/performance.md. The whole call over a socket of this host, real disk, default durability.</summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("import")]
[NonParallelizable]
internal sealed class ImportBenchmark
{
    [TestCase(100_000, 1_000)]
    public async Task One_call(int lines, int customers)
    {
        using var host = ApiHost.Development(("PORT", "0"));
        host.UseKestrel();
        host.StartServer();
        var harness = new StoreHarness(host.Services.GetRequiredService<ISqlEngine>());
        for (var customer = 0; customer < customers; customer++)
        {
            await harness.OnboardAsync($"customer{customer:000000}");
        }
        using var client = host.CreateClient();
        client.Timeout = TimeSpan.FromMinutes(10);
        var before = Process.GetCurrentProcess().WorkingSet64;

        var started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler/import")
        {
            Content = new LineContent(lines, customers),
        };
        request.Headers.Add("X-Admin-Key", ApiHost.AdminKey);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var created = 0;
        while (await reader.ReadLineAsync() is { } line)
        {
            created += line.Contains("\"created\"", StringComparison.Ordinal) ? 1 : 0;
        }
        var elapsed = Stopwatch.GetElapsedTime(started);

        using var process = Process.GetCurrentProcess();
        Figures.Add("import-rate", lines / elapsed.TotalSeconds, "lines/s", $"SQLite, {lines} lines in one call");
        Figures.Add("import-memory-before", before / 1024.0 / 1024, "MiB", "the process, client and server");
        Figures.Add("import-peak-memory", process.PeakWorkingSet64 / 1024.0 / 1024, "MiB", "likewise");
        Assert.That(created, Is.EqualTo(lines));
        Assert.That(elapsed.TotalSeconds, Is.LessThan(60));
    }

    /// <summary>Lines that are made while they are sent.</summary>
    private sealed class LineContent : HttpContent
    {
        private readonly int lines;
        private readonly int customers;

        public LineContent(int lines, int customers)
        {
            (this.lines, this.customers) = (lines, customers);
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var nth = 0; nth < lines; nth++)
            {
                var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"customer_id":"customer{{nth % customers:000000}}","provider":"SYSTEM","domain":"TEST","pipeline_template":"probe","pipeline_name":"p{{nth / customers}}","schedule_cron":"{{nth % 60}} 4 * * *","timezone":"Europe/Berlin"}"""
                );
                await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
