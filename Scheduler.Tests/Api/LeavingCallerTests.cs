using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>A worker that hangs up while its claim is being served.</summary>
internal sealed class LeavingCallerTests
{
    private const string Claims = "/api/v1/scheduler/process-queue";

    [Test]
    [CancelAfter(60_000)]
    public async Task What_was_leased_for_a_caller_that_has_left_is_back_at_once(CancellationToken timeout)
    {
        await using var database = await SqliteDatabase.CreateFastAsync();
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.QueueAsync("acme", "main");
        var engine = new HeldEngine(database.Engine);
        await using var api = ApiHost.Production();
        await using var host = api.WithWebHostBuilder(builder =>
            builder.ConfigureTestServices(services => services.AddSingleton<ISqlEngine>(engine))
        );
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add(PresentedKey.WorkerHeader, ApiHost.WorkerKey);
        using var leaving = new CancellationTokenSource();
        var claim = engine.Hold("queue.claim");
        var end = engine.Hold("queue.end_leases");
        var request = new ProcessQueueRequest { WorkerId = "leaves", Execution = ExecutionMode.Lease };
        var call = client.PostAsJsonAsync(Claims, request, WireJson.Options, leaving.Token);
        await claim.Reached.WaitAsync(timeout);

        await leaving.CancelAsync();
        claim.Release();
        await end.Reached.WaitAsync(timeout);
        await end.FinishAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        using var next = await client.PostAsJsonAsync(
            Claims,
            request with
            {
                WorkerId = "next",
            },
            WireJson.Options,
            timeout
        );

        Assert.That(next.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var item = (await next.Content.ReadFromJsonAsync<LeaseResponse>(WireJson.Options, timeout))!.Items.Single();
        Assert.That(item.LeaseEpoch, Is.EqualTo(2), "leased once before");
    }
}
