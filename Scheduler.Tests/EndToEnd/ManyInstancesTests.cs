using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.EndToEnd;

/// <summary>Three instances of the API on one database, none of which knows of the others.</summary>
[Platform("Linux")]
public sealed class ManyInstancesTests : IAsyncDisposable
{
    private const string Customer = "fir_group";
    private static readonly string[] Small = ["gorse_ltd", "hazel_ltd"];
    private readonly World world = new(StorageProvider.Postgres, leaseSeconds: 60);
    private ApiProcess[] instances = [];
    private SchedulerClient[] clients = [];

    [Test]
    public async Task All_tick_and_every_run_is_made_once_and_ends_once_and_every_alert_fires_once()
    {
        await StartAsync(tick: true);
        var pipelines = await ConfigureAsync(12);
        var flaky = await ConfigureAsync(
            PipelineRequests.Probe("flaky", ("fail_with", "SERVICE_UNAVAILABLE"), ("fail_attempts", 1)) with
            {
                RetryConfig = PipelineRequests.QuickRetries,
            }
        );
        var missed = new List<string>();
        foreach (var customer in Small)
        {
            await world.OnboardAsync(customer, SubscriptionPlan.Starter);
            var hourly = PipelineRequests.Probe("hourly") with
            {
                ScheduleCron = "0 * * * *",
                MisfirePolicy = MisfirePolicy.RunAll,
            };
            missed.Add((await clients[1].ConfigureAsync(customer, hourly)).ConfigId);
        }
        for (var number = 0; number < instances.Length; number++)
        {
            await world.StartWorkerAsync(instances[number], $"worker{number}");
        }

        await world.Journal.MakeDueAsync([.. pipelines, flaky]);
        await world.Journal.MakeDueAsync(Duration.FromHours(8), missed);

        await Until.TrueAsync(
            "every pipeline has had its runs and all of them have ended",
            async () =>
            {
                var runs = await world.Journal.RunsAsync();
                return runs.All(run => run.IsTerminal)
                    && runs.Exists(run => run is { Attempt: 1, State: "COMPLETED" })
                    && runs.Select(run => run.ConfigId).Distinct().Count() == pipelines.Count + 1 + missed.Count;
            }
        );
        // Runs that come eight hours late are an alert of their own, once the watch has seen them.
        var alerts = await world.Journal.AlertsAsync();
        var quotas = alerts.Where(alert => alert.StartsWith("QUOTA_EXCEEDED ", StringComparison.Ordinal));
        var workers = (await world.Journal.MovesAsync())
            .Where(move => move.To == "RUNNING")
            .Select(move => move.Actor.Split('-')[0]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (await world.Journal.RunsAsync()).Where(run => run.Attempt == 0 && !missed.Contains(run.ConfigId)),
                Has.Exactly(pipelines.Count + 1).Items
            );
            Assert.That(
                quotas.Select(alert => alert[..alert.LastIndexOf('_')]),
                Is.EquivalentTo(Small.Select(customer => $"QUOTA_EXCEEDED {customer}"))
            );
            Assert.That(alerts, Is.Unique);
            Assert.That(workers.Distinct(), Is.EquivalentTo(new[] { "worker0", "worker1", "worker2" }));
        }
        await world.Journal.EndsWellAsync();
    }

    [Test]
    public async Task Triggered_at_one_instant_they_make_each_run_once()
    {
        await StartAsync(tick: false);
        var pipelines = await ConfigureAsync(30);
        await world.Journal.MakeDueAsync(pipelines);

        var answers = await Task.WhenAll(clients.Select(client => client.TriggerAsync(batchSize: 4)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Sum(answer => answer.QueuedCount), Is.EqualTo(pipelines.Count));
            Assert.That((await world.Journal.RunsAsync()).Select(run => run.ConfigId), Is.EquivalentTo(pipelines));
            Assert.That(await world.Journal.OpenItemsAsync(), Has.Count.EqualTo(pipelines.Count));
        }
    }

    [Test]
    public async Task When_one_is_killed_in_the_middle_of_a_trigger_the_others_make_the_rest_and_nothing_twice()
    {
        await StartAsync(tick: false);
        var hold = world.Hold(Failpoint.TriggerBetweenBatches);
        var doomed = await world.StartInstanceAsync(hold.Setting);
        var pipelines = await ConfigureAsync(12);
        await world.Journal.MakeDueAsync(pipelines);

        var broken = world.ClientOf(doomed).TriggerAsync(batchSize: 4);
        await hold.ReachedAsync();
        var made = (await world.Journal.RunsAsync()).Count;
        var exitCode = await doomed.KillAsync();
        Assert.That(async () => await broken, Throws.InstanceOf<HttpRequestException>());
        var answers = await Task.WhenAll(clients.Select(client => client.TriggerAsync(batchSize: 4)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.EqualTo(RunningProcess.KilledExitCode), "The instance was not killed.");
            Assert.That(made, Is.EqualTo(4), "It had not stopped between two batches.");
            Assert.That(answers.Sum(answer => answer.QueuedCount), Is.EqualTo(8));
            Assert.That((await world.Journal.RunsAsync()).Select(run => run.ConfigId), Is.EquivalentTo(pipelines));
        }
    }

    [Test]
    public async Task What_one_triggers_wakes_the_poll_at_another_and_is_accepted_once_by_any()
    {
        await StartAsync(tick: false);
        foreach (var pipeline in await ConfigureAsync(3))
        {
            var item = await PolledAsync(pipeline);

            var result = new RunResult
            {
                QueueId = item.QueueId,
                LeaseToken = item.LeaseToken,
                Outcome = RunOutcome.Completed,
            };
            var receipts = await Task.WhenAll(
                new[] { clients[0], clients[2], clients[0], clients[2] }.Select(client =>
                    client.ReportAsync("patient", result)
                )
            );
            Assert.That(receipts, Has.One.Matches<ResultReceipt>(receipt => receipt.Status == ResultStatus.Accepted));
        }
        await world.Journal.EndsWellAsync();
    }

    [Test]
    public async Task An_instance_whose_listening_was_cut_listens_again()
    {
        await StartAsync(tick: false);
        var pipeline = (await ConfigureAsync(1)).Single();

        Assert.That(await world.Journal.CutListenersAsync(), Is.EqualTo(instances.Length));
        foreach (var instance in instances)
        {
            await instance.SaysAsync("Connected for notices again.");
        }

        await PolledAsync(pipeline);
    }

    [Test]
    public async Task When_the_one_that_leads_the_tick_is_killed_another_takes_over()
    {
        await StartAsync(tick: true);
        var pipelines = await ConfigureAsync(2);
        var before = await world.Journal.LeaderAsync("trigger");
        var leader = instances.Single(instance => instance.Output.Contains("leads trigger,", StringComparison.Ordinal));

        var exitCode = await leader.KillAsync();

        Assert.That(exitCode, Is.EqualTo(RunningProcess.KilledExitCode), "The leader was not killed.");
        await world.Journal.MakeDueAsync(pipelines);
        await Until.TrueAsync(
            "the runs are made",
            async () => (await world.Journal.RunsAsync()).Count == pipelines.Count
        );
        var after = await world.Journal.LeaderAsync("trigger");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Term, Is.EqualTo(before.Term + 1));
            Assert.That(after.Holder, Is.Not.EqualTo(before.Holder));
            Assert.That(
                instances.Where(instance => instance.Output.Contains($"leads trigger, term {after.Term}")),
                Has.One.Not.SameAs(leader)
            );
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>What a poll at the second instance gets of a pipeline that is triggered at the first.</summary>
    private async Task<LeaseItem> PolledAsync(string pipeline)
    {
        var polling = clients[1].LeaseAsync("patient", waitSeconds: 15);
        await world.Journal.MakeDueAsync(pipeline);
        await clients[0].TriggerAsync();
        var triggered = TimeProvider.System.GetTimestamp();
        var item = await polling;
        var waited = TimeProvider.System.GetElapsedTime(triggered);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(item?.ConfigId, Is.EqualTo(pipeline));
            Assert.That(waited.TotalSeconds, Is.LessThan(10), "Left to itself it looks again at the end of its 15 s.");
        }
        return item!;
    }

    /// <summary>One after whose start the others join together.</summary>
    private async Task StartAsync(bool tick)
    {
        (string, string)[] settings =
        [
            ("Scheduler__Tick", $"{tick}"),
            ("Scheduler__TickSeconds", "1"),
            ("Scheduler__QueuePollSeconds", "30"),
        ];
        await world.StartApiAsync(settings);
        instances =
        [
            world.Api,
            .. await Task.WhenAll(world.StartInstanceAsync(settings), world.StartInstanceAsync(settings)),
        ];
        clients = [.. instances.Select(world.ClientOf)];
        await world.OnboardAsync(Customer, SubscriptionPlan.Enterprise);
    }

    private async Task<List<string>> ConfigureAsync(int count)
    {
        var pipelines = new List<string>();
        for (var number = 1; number <= count; number++)
        {
            pipelines.Add(await ConfigureAsync(PipelineRequests.Probe($"probe {number}", ("duration_ms", 50))));
        }
        return pipelines;
    }

    private async Task<string> ConfigureAsync(ConfigurePipelineRequest request) =>
        (await world.Client.ConfigureAsync(Customer, request)).ConfigId;
}
