using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.EndToEnd;

/// <summary>A day in the life of an installation, from the first customer to the last process.</summary>
[TestFixture(StorageProvider.Sqlite)]
[TestFixture(StorageProvider.Postgres)]
[TestFixture(StorageProvider.BigQuery)]
[Platform("Linux")]
public sealed class EightPhasesTests(StorageProvider engine) : IAsyncDisposable
{
    private const string Alder = "alder_shop";
    private const string Birch = "birch_studio";
    private const int DailyLimitOfStarter = 6;
    private const string Token = "canary-of-the-export-token";
    private readonly World world = new(engine, leaseSeconds: 60);
    private readonly TokenServer exports = new(Token, File.ReadAllBytes(BuiltProgram.Sample("focus-example-co-b.csv")));
    private string credential = "";
    private readonly Dictionary<string, string> pipelines = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, decimal>> expectedCost = [];

    private SchedulerClient Api => world.Client;

    [Test]
    public async Task From_the_first_customer_to_the_last_process()
    {
        await SetUpAsync();
        var hold = world.Hold("run:started");
        var workers = new[]
        {
            await world.StartWorkerAsync("first", hold, WorkerKey(), exports.Setting),
            await world.StartWorkerAsync("second", hold, WorkerKey(), exports.Setting),
        };
        await TriggerAsync();
        await StatesAsync(workers);
        hold.Open();
        await CompletionAsync();
        await QuotaAsync();
        await RetryAsync();
        await CleanUpAsync(workers);
        await world.Journal.EndsWellAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await world.DisposeAsync();
        await exports.DisposeAsync();
    }

    /// <summary>The key goes to the workers and away from the API, which from here on could not open a credential.</summary>
    private (string Name, string Value) WorkerKey()
    {
        var moved = Path.Combine(world.Folder, "worker.key");
        if (!File.Exists(moved))
        {
            File.Move(Path.Combine(world.Folder, "credentials.key"), moved);
        }
        return ("Scheduler__Secrets__KeyFile", moved);
    }

    private async Task SetUpAsync()
    {
        await world.StartApiAsync();
        await world.OnboardAsync(Alder, SubscriptionPlan.Professional);
        await world.OnboardAsync(Birch, SubscriptionPlan.Starter);
        expectedCost[Alder] = Sample.BilledByService(world.PutSample(Alder, "focus-example-co-a.csv"));
        expectedCost[Birch] = Sample.BilledByService(BuiltProgram.Sample("focus-example-co-b.csv"));
        await ConfigureAsync(Alder, PipelineRequests.Focus("focus-example-co-a.csv", "alder costs"));
        await ConfigureAsync(Alder, PipelineRequests.Probe("alder check"));
        await ConfigureAsync(Alder, PipelineRequests.Probe("alder report", ("duration_ms", 200)));
        await ConfigureAsync(
            Alder,
            PipelineRequests.Probe("alder flaky", ("fail_with", "SERVICE_UNAVAILABLE"), ("fail_attempts", 1)) with
            {
                RetryConfig = PipelineRequests.QuickRetries,
            }
        );
        credential = (await Api.AddCredentialAsync(Birch, PipelineRequests.ApiKey("FILE", Token))).CredentialId;
        await ConfigureAsync(Birch, PipelineRequests.FocusAt(exports.Export, "birch costs", credential));
        await ConfigureAsync(
            Birch,
            PipelineRequests.Probe("birch hourly") with
            {
                ScheduleCron = "0 * * * *",
                MisfirePolicy = MisfirePolicy.RunAll,
            }
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Api.StatusAsync()).TotalActivePipelines, Is.EqualTo(6));
            Assert.That(await Api.PipelinesAsync(Alder), Has.Count.EqualTo(4));
            Assert.That(await Api.PipelinesAsync(Birch), Has.Count.EqualTo(2));
        }
    }

    private async Task TriggerAsync()
    {
        Assert.That((await Api.TriggerAsync()).TriggeredCount, Is.Zero, "Nothing is due yet.");
        string[] due = ["alder costs", "alder check", "alder report", "alder flaky", "birch costs"];
        await world.Journal.MakeDueAsync(due.Select(name => pipelines[name]));
        Assert.That((await Api.StatusAsync()).PipelinesDueNow, Is.EqualTo(due.Length));

        // Cloud Scheduler delivers at least once, and not one after the other.
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Api.TriggerAsync(batchSize: 2)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Sum(answer => answer.QueuedCount), Is.EqualTo(due.Length));
            Assert.That(answers.Sum(answer => answer.SkippedCount), Is.Zero);
            Assert.That(await world.Journal.RunsAsync(), Has.Count.EqualTo(due.Length));
            Assert.That((await Api.StatusAsync()).PipelinesDueNow, Is.Zero);
        }
    }

    /// <summary>Both workers hold one run each, so the states stand still for as long as they are looked at.</summary>
    private async Task StatesAsync(WorkerProcess[] workers)
    {
        await Until.TrueAsync("both workers hold a run", async () => (await world.Journal.LeasesAsync()).Count == 2);
        var runs = (await Api.RunsAsync(Alder)).Concat(await Api.RunsAsync(Birch)).ToList();
        var running = runs.Where(run => run.State == RunState.Running).ToList();
        var detail = await Api.RunAsync(running[0].CustomerId, running[0].RunId);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(running, Has.Count.EqualTo(2));
            Assert.That(runs.Count(run => run.State == RunState.Pending), Is.EqualTo(3));
            Assert.That((await Api.StatusAsync()).PipelinesRunning, Is.EqualTo(2));
            Assert.That(
                detail.Transitions.Select(move => (move.From, move.To)),
                Is.EqualTo(
                    new (RunState?, RunState)[] { (null, RunState.Pending), (RunState.Pending, RunState.Running) }
                )
            );
            var holders = (await world.Journal.LeasesAsync()).Select(lease => lease.WorkerId.Split('-')[0]);
            Assert.That(holders, Is.EquivalentTo(workers.Select(worker => worker.Name)));
        }
    }

    private async Task CompletionAsync()
    {
        await EverythingEndedAsync();
        foreach (var customer in (string[])[Alder, Birch])
        {
            var executions = await world.Journal.ExecutionsAsync(customer);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await world.Journal.CostAsync(customer), Is.EquivalentTo(expectedCost[customer]), customer);
                Assert.That(executions.Select(execution => execution.Status), Is.EqualTo(new[] { "COMPLETED" }));
            }
        }
        var used = await Api.CredentialAsync(Birch, credential);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((used.ValidationStatus, used.UsageCount), Is.EqualTo((ValidationStatus.Valid, 1L)));
            Assert.That(exports.Refused, Is.Zero);
        }
        var configs = await Api.PipelinesAsync(Alder);
        Assert.That(configs.Select(config => config.LastRunStatus), Is.All.EqualTo(LastRunStatus.Success));
    }

    /// <summary>STARTER has six runs a day. One is used; of the many that were missed five more run and the others do not.</summary>
    private async Task QuotaAsync()
    {
        await world.Journal.MakeDueAsync(Duration.FromHours(8), pipelines["birch hourly"]);
        var answer = await Api.TriggerAsync();
        await EverythingEndedAsync();

        var runs = await Api.RunsAsync(Birch);
        var skipped = runs.Where(run => run.State == RunState.Skipped).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.QueuedCount, Is.EqualTo(DailyLimitOfStarter - 1));
            Assert.That(answer.SkippedCount, Is.AtLeast(3).And.EqualTo(skipped.Count));
            Assert.That(skipped.Select(run => run.Reason), Is.All.EqualTo(SkipReason.QuotaDaily));
            Assert.That(runs.Count(run => run.State == RunState.Completed), Is.EqualTo(DailyLimitOfStarter));
        }
    }

    /// <summary>The flaky pipeline ran with the others: its first attempt failed, a second one a second later did not.</summary>
    private async Task RetryAsync()
    {
        var runs = (await Api.RunsAsync(Alder, pipelines["alder flaky"])).OrderBy(run => run.RetryAttempt).ToList();
        Assert.That(
            runs.Select(run => (run.State, run.RetryAttempt, run.TriggeredBy)),
            Is.EqualTo(
                new[] { (RunState.Failed, 0, TriggeredBy.CloudScheduler), (RunState.Completed, 1, TriggeredBy.Retry) }
            )
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs[0].ErrorType, Is.EqualTo(Core.Retry.ErrorType.ServiceUnavailable));
            Assert.That(runs[1].ParentRunId, Is.EqualTo(runs[0].RunId));
            Assert.That(runs[1].ScheduledTime, Is.EqualTo(runs[0].ScheduledTime));
        }
    }

    private async Task CleanUpAsync(WorkerProcess[] workers)
    {
        await world.Journal.MakeDueAsync(pipelines["alder check"]);
        foreach (var customer in (string[])[Alder, Birch])
        {
            foreach (var config in await Api.PipelinesAsync(customer))
            {
                await Api.DeleteAsync(customer, config.ConfigId);
            }
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Api.TriggerAsync()).TriggeredCount, Is.Zero);
            Assert.That((await Api.StatusAsync()).TotalActivePipelines, Is.Zero);
        }
        foreach (var process in (RunningProcess[])[.. workers, world.Api])
        {
            Assert.That(process.Output, Does.Not.Contain(Token), process.Name);
            var (exitCode, took) = await process.TerminateAsync();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(exitCode, Is.Zero, process.Name);
                Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(8)), process.Name);
            }
        }
    }

    private async Task ConfigureAsync(string customerId, ConfigurePipelineRequest request) =>
        pipelines.Add(request.PipelineName!, (await Api.ConfigureAsync(customerId, request)).ConfigId);

    private Task EverythingEndedAsync() =>
        Until.TrueAsync(
            "every run has ended",
            async () => (await world.Journal.RunsAsync()).All(run => run.IsTerminal)
        );
}
