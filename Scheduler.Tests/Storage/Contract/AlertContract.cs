using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Net;
using Scheduler.Core.Queue;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Alerts fire once and end once, whoever looks; what is to be sent of them is one sender's at a time.</summary>
internal abstract class AlertContract : StoreContract
{
    private static readonly Duration Claim = Duration.FromMinutes(5);

    private static readonly AlertOptions Options = new()
    {
        Webhook = new WebhookOptions { Target = Target(), Secrets = [new string('s', 32)] },
    };

    /// <summary>Long enough to outlast what is done here without heartbeats.</summary>
    protected override LeaseOptions Leases => new() { Lease = Duration.FromHours(1) };

    private AlertStore Alerts => new(H.Engine, H.Clock);

    [Test]
    public async Task What_holds_fires_once_and_what_holds_no_more_is_over_once()
    {
        var long1 = new AlertJudgement(AlertRules.RunTooLong, "run-1", "acme", "long");
        var queue = new AlertJudgement(AlertRules.QueueLength, AlertRules.Subject, null, "many");
        var settled = new List<(long, long)?> { await SettleAsync(long1, queue), await SettleAsync(long1, queue) };
        settled.Add(await SettleAsync(queue));
        settled.Add(await SettleAsync(queue with { Fires = false }));
        settled.Add(await SettleAsync());
        settled.Add(await SettleAsync(queue with { Fires = false }));

        var rows = await Alerts.ListAsync(new AlertFilter { Limit = 10 }, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled, Is.EqualTo(new (long, long)?[] { (2, 0), (0, 0), (0, 1), (0, 0), (0, 1), (0, 0) }));
            Assert.That(rows.Select(alert => alert.State), Is.All.EqualTo(AlertState.Resolved));
            Assert.That(rows, Has.Count.EqualTo(2));
            Assert.That(rows.Single(alert => alert.CustomerId == "acme").ResolvedAt, Is.EqualTo(H.Now - 3 * Step));
        }
    }

    [Test]
    public async Task An_earlier_look_that_comes_late_changes_nothing_and_neither_do_alerts_of_other_rules()
    {
        var queue = new AlertJudgement(AlertRules.QueueLength, AlertRules.Subject, null, "many");
        var set = new AlertJudgement(AlertRules.ScheduleSetAside, "config", null, "odd");
        await Alerts.SettleAsync([queue, set], AlertRules.Judged, H.Now, default);

        var same = await Alerts.SettleAsync([], AlertRules.Judged, H.Now, default);
        var earlier = await Alerts.SettleAsync([], AlertRules.Judged, H.Now - Step, default);
        var open = await Alerts.ListOpenAsync(10, default);
        H.Advance(Step);
        await Alerts.SettleAsync([], AlertRules.Judged, H.Now, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((same, earlier), Is.EqualTo(((ValueTuple<long, long>?)null, (ValueTuple<long, long>?)null)));
            Assert.That(open, Has.Count.EqualTo(2));
            Assert.That(
                (await Alerts.ListOpenAsync(10, default)).Select(alert => alert.Rule),
                Is.EqualTo([AlertRules.ScheduleSetAside])
            );
        }
    }

    [Test]
    public async Task Three_instances_that_look_and_send_at_once_tell_each_alert_once_when_it_fires_and_once_when_it_is_over()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.ConfigureAsync("small", "long");
        await H.ConfigureAsync("small", "odd", c => c with { Timezone = "Atlantis/Capital", NextRunTime = H.Now });
        for (var nth = 0; nth < 6; nth++)
        {
            await H.ConfigureAsync("small", $"p{nth}");
        }
        var sink = new RecordingSink();
        var instances = Enumerable.Range(0, 3).Select(_ => new Instance(this, Database.Connect(), sink)).ToList();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var item = (await H.LeaseAsync()).Single();

        await EverywhereAsync();
        H.Advance(Duration.FromMinutes(31));
        await EverywhereAsync();
        await EverywhereAsync();
        await H.ReportAsync(item, RunOutcome.Completed);
        H.Advance(Duration.FromDays(2));
        await new QuotaAlerts(new StatusStore(H.Engine, H.Clock), H.Clock).ResolveAsync(default);
        await EverywhereAsync();
        await EverywhereAsync();

        var told = sink.Sent.Select(sent => sent.DeliveryId).ToList();
        var alerts = await Alerts.ListAsync(new AlertFilter { Limit = 10 }, default);
        var ids = alerts.ToDictionary(alert => alert.Rule, alert => AlertIds.Text(alert.AlertId!.Value));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ids.Keys, Is.SupersetOf(new[] { "RUN_TOO_LONG", "QUOTA_EXCEEDED", "SCHEDULE_SET_ASIDE" }));
            foreach (var rule in new[] { "RUN_TOO_LONG", "QUOTA_EXCEEDED" })
            {
                Assert.That(told.Count(id => id == $"alert-{ids[rule]}-fired-WEBHOOK"), Is.EqualTo(1), rule);
                Assert.That(told.Count(id => id == $"alert-{ids[rule]}-resolved-WEBHOOK"), Is.EqualTo(1), rule);
                Assert.That(
                    told.IndexOf($"alert-{ids[rule]}-fired-WEBHOOK"),
                    Is.LessThan(told.IndexOf($"alert-{ids[rule]}-resolved-WEBHOOK"))
                );
            }
            Assert.That(told.Count(id => id == $"alert-{ids["SCHEDULE_SET_ASIDE"]}-fired-WEBHOOK"), Is.EqualTo(1));
            Assert.That(told, Is.Unique);
            Assert.That(alerts.Single(alert => alert.Rule == "RUN_TOO_LONG").Subject, Is.EqualTo(item.RunId));
            Assert.That(await StateCountAsync("DELIVERED"), Is.EqualTo(told.Count));
        }

        async Task EverywhereAsync()
        {
            await Task.WhenAll(instances.Select(instance => Task.Run(() => instance.Watch.RunAsync(default))));
            await Task.WhenAll(instances.Select(instance => Task.Run(() => instance.Round.RunAsync(default))));
            H.Advance(Step);
        }
    }

    [Test]
    public async Task Nothing_is_told_of_a_silenced_alert_and_its_end_within_the_silence_is_silent_too()
    {
        var watch = Watch();
        await FireAsync("a", "b", "c");
        await TellAsync();
        var alerts = (await Alerts.ListOpenAsync(10, default)).ToDictionary(alert => alert.Subject);

        var silenced = await SilenceAsync(alerts["a"], H.Now + Duration.FromHours(1));
        await SilenceAsync(alerts["b"], H.Now + Duration.FromHours(1));
        var dropped = await StateCountAsync("DROPPED");
        var states = (await Alerts.ListOpenAsync(10, default)).ToDictionary(one => one.Subject, one => one.State);
        H.Advance(Step);
        await Alerts.SettleAsync([Judgement("b")], AlertRules.Judged, H.Now, default);
        await TellAsync();
        await SilenceAsync(alerts["b"], until: null);
        H.Advance(Step);
        await Alerts.SettleAsync([], AlertRules.Judged, H.Now, default);
        await TellAsync();
        var over = await SilenceAsync(alerts["a"], H.Now + Duration.FromHours(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((silenced!.State, silenced.SilencedBy), Is.EqualTo((AlertState.Silenced, "test")));
            Assert.That(silenced.SilencedUntil, Is.EqualTo(H.Now - 2 * Step + Duration.FromHours(1)));
            Assert.That(dropped, Is.EqualTo(2));
            Assert.That(
                (states["a"], states["b"], states["c"]),
                Is.EqualTo((AlertState.Silenced, AlertState.Silenced, AlertState.Firing))
            );
            Assert.That(
                await PendingAsync(),
                Is.EquivalentTo([
                    $"alert-{AlertIds.Text(alerts["c"].AlertId!.Value)}-fired-WEBHOOK",
                    $"alert-{AlertIds.Text(alerts["c"].AlertId!.Value)}-resolved-WEBHOOK",
                    $"alert-{AlertIds.Text(alerts["b"].AlertId!.Value)}-resolved-WEBHOOK",
                ])
            );
            Assert.That(await Alerts.FindAsync(alerts["a"].AlertId!.Value, default), Is.EqualTo(over));
            Assert.That(await Alerts.FindAsync(987654321, default), Is.Null);
            Assert.That(over!.State, Is.EqualTo(AlertState.Resolved), "what is over is not silenced");
            Assert.That(over.SilencedUntil, Is.EqualTo(silenced.SilencedUntil));
            Assert.That(
                (await QueryAsync("select action, target from scheduler_audit_entries order by audit_id")).Select(row =>
                    $"{row["action"]} {row["target"]}"
                ),
                Is.EqualTo([
                    "alert.silence RUN_TOO_LONG:a",
                    "alert.silence RUN_TOO_LONG:b",
                    "alert.unsilence RUN_TOO_LONG:b",
                ])
            );
            Assert.That(await SilenceAsync(alerts["a"] with { AlertId = 987654321 }, H.Now), Is.Null);
        }

        async Task TellAsync()
        {
            var untold = await Alerts.ListUntoldAsync(H.Now, 10, default);
            var said = untold.Select(alert => Announcements.Of(alert, Options.Sinks)).ToList();
            await Alerts.TellAsync(
                [.. said.Select(one => one.Told)],
                [.. said.SelectMany(one => one.Deliveries)],
                H.Now,
                H.Now + DeliveryPolicy.Window,
                default
            );
        }
    }

    [Test]
    public async Task A_silence_that_comes_between_the_look_and_the_word_keeps_the_alert_quiet_until_it_ends()
    {
        await FireAsync("a");
        var untold = await Alerts.ListUntoldAsync(H.Now, 10, default);
        var alert = (await Alerts.ListOpenAsync(10, default)).Single();
        var (told, deliveries) = Announcements.Of(untold.Single(), Options.Sinks);
        await SilenceAsync(alert, H.Now + Duration.FromMinutes(10));

        var won = await Alerts.TellAsync([told], deliveries, H.Now, H.Now + DeliveryPolicy.Window, default);
        var quiet = await Alerts.ListUntoldAsync(H.Now, 10, default);
        H.Advance(Duration.FromMinutes(10));
        var later = await Alerts.ListUntoldAsync(H.Now, 10, default);
        var wonLater = await Alerts.TellAsync([told], deliveries, H.Now, H.Now + DeliveryPolicy.Window, default);
        var wonTwice = await Alerts.TellAsync([told], deliveries, H.Now, H.Now + DeliveryPolicy.Window, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(won, Is.Empty);
            Assert.That(quiet, Is.Empty);
            Assert.That(later, Has.Count.EqualTo(1));
            Assert.That(wonLater, Is.EquivalentTo([alert.AlertId!.Value]));
            Assert.That(wonTwice, Is.Empty);
            Assert.That(await PendingAsync(), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_delivery_is_one_senders_until_its_claim_ends_and_the_end_of_an_alert_waits_for_its_beginning()
    {
        await FireAsync("a");
        H.Advance(Step);
        await Alerts.SettleAsync([], AlertRules.Judged, H.Now, default);
        await Watch().RunAsync(default);

        var first = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t1", 10, Claim, default);
        var second = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t2", 10, Claim, default);
        var other = await Alerts.ClaimDeliveriesAsync(SinkKind.Slack, "t3", 10, Claim, default);
        H.Advance(Claim);
        var again = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t4", 10, Claim, default);
        var late = await FinishAsync(first, "t1", DeliveryState.Delivered);
        var failed = await FinishAsync(again, "t4", DeliveryState.Pending, H.Now + Step);
        var early = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t5", 10, Claim, default);
        var (due, now) = await Alerts.NextDueAsync(SinkKind.Slack, default);
        H.Advance(Step);
        var third = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t6", 10, Claim, default);
        await FinishAsync(third, "t6", DeliveryState.Delivered);
        var end = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t7", 10, Claim, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Select(one => (one.Event, one.Attempts)), Is.EqualTo([(DeliveryEvent.Fired, 1)]));
            Assert.That(first[0].Payload, Does.Contain("\"rule\":\"RUN_TOO_LONG\""));
            Assert.That(first[0].GiveUpAt, Is.EqualTo(first[0].Now + DeliveryPolicy.Window));
            Assert.That((second.Count, other.Count, early.Count), Is.EqualTo((0, 0, 0)));
            Assert.That(again.Select(one => (one.DeliveryId, one.Attempts)), Is.EqualTo([(first[0].DeliveryId, 2)]));
            Assert.That((late, failed), Is.EqualTo((0L, 1L)), "a sender whose claim is over says nothing");
            Assert.That((due, now), Is.EqualTo(((Instant?)null, H.Now - Step)));
            Assert.That(third.Single().Attempts, Is.EqualTo(3));
            Assert.That(end.Select(one => one.Event), Is.EqualTo([DeliveryEvent.Resolved]));
        }
    }

    [Test]
    public async Task What_is_claimed_at_once_by_several_is_claimed_by_one_of_them()
    {
        await FireAsync([.. Enumerable.Range(0, 12).Select(nth => $"s{nth:00}")]);
        await Watch().RunAsync(default);
        var stores = Enumerable.Range(0, 3).Select(_ => new AlertStore(Database.Connect(), H.Clock)).ToList();

        var claimed = await Task.WhenAll(
            stores.Select(
                (store, nth) =>
                    Task.Run(() => store.ClaimDeliveriesAsync(SinkKind.Webhook, $"t{nth}", 5, Claim, default))
            )
        );
        var rest = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "rest", 20, Claim, default);

        var ids = claimed.SelectMany(batch => batch).Concat(rest).Select(one => one.DeliveryId).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ids, Has.Count.EqualTo(12));
            Assert.That(ids, Is.Unique);
            Assert.That(claimed.Select(batch => batch.Count), Is.All.LessThanOrEqualTo(5));
        }
    }

    [Test]
    public async Task A_dead_delivery_is_listed_and_sent_again_by_hand_and_old_ones_go()
    {
        await FireAsync("a", "b");
        await Watch().RunAsync(default);
        var claimed = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t1", 10, Claim, default);
        await FinishAsync(claimed, "t1", DeliveryState.Dead, error: "Answered with status 500.");

        var dead = await Alerts.ListDeliveriesAsync(DeliveryState.Dead, null, 1, default);
        var next = await Alerts.ListDeliveriesAsync(
            DeliveryState.Dead,
            (dead[0].CreatedAt, dead[0].DeliveryId),
            10,
            default
        );
        var found = await Alerts.FindDeliveriesAsync(Announcements.DeliveryIds(dead[0].AlertId!.Value), default);
        var retried = await RetryAsync(dead[0].DeliveryId);
        var twice = await RetryAsync(dead[0].DeliveryId);
        var none = await RetryAsync("alert-0-fired-WEBHOOK");
        var again = await Alerts.ClaimDeliveriesAsync(SinkKind.Webhook, "t2", 10, Claim, default);
        var early = await Alerts.PurgeDeliveriesAsync(claimed[0].Now, 10, default);
        var purged = await Alerts.PurgeDeliveriesAsync(claimed[0].Now + Duration.Epsilon * 10_000, 10, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dead[0].LastError, Is.EqualTo("Answered with status 500."));
            Assert.That((dead[0].Attempts, dead[0].EndedAt), Is.EqualTo((1, (Instant?)H.Now)));
            Assert.That(next.Select(one => one.DeliveryId), Is.EqualTo([claimed.Select(one => one.DeliveryId).Min()]));
            Assert.That(found, Is.EqualTo(dead), "what was sent of one alert");
            Assert.That(retried!.Value.IsRetried, Is.True);
            Assert.That(
                (retried.Value.Delivery.State, retried.Value.Delivery.GiveUpAt),
                Is.EqualTo((DeliveryState.Pending, H.Now + DeliveryPolicy.Window))
            );
            Assert.That(twice!.Value.IsRetried, Is.False);
            Assert.That(none, Is.Null);
            Assert.That(again.Select(one => (one.DeliveryId, one.Attempts)), Is.EqualTo([(dead[0].DeliveryId, 1)]));
            Assert.That((early, purged), Is.EqualTo((0L, 2L)));
            Assert.That(
                (await QueryAsync("select target from scheduler_audit_entries where action = 'delivery.retry'")).Select(
                    row => row["target"]
                ),
                Is.EqualTo([dead[0].DeliveryId])
            );
        }

        Task<(DeliveryRecord Delivery, bool IsRetried)?> RetryAsync(string id) =>
            Alerts.RetryDeliveryAsync(id, H.Now + DeliveryPolicy.Window, H.Stamp(), H.Now, default);
    }

    [Test]
    public async Task Alerts_that_are_long_over_go_and_one_that_still_fires_stays()
    {
        await FireAsync("over", "on");
        H.Advance(Step);
        await Alerts.SettleAsync([Judgement("on")], AlertRules.Judged, H.Now, default);
        await Watch().RunAsync(default);
        var end = H.Now;
        H.Advance(AlertWatch.Kept);
        var early = await Alerts.PurgeAlertsAsync(end, 10, default);

        var purged = await Alerts.PurgeAlertsAsync(end + Step, 10, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((early, purged), Is.EqualTo((0L, 1L)));
            Assert.That(
                (await Alerts.ListAsync(new AlertFilter { Limit = 10 }, default)).Select(alert => alert.Subject),
                Is.EqualTo(["on"])
            );
        }
    }

    [Test]
    public async Task Alerts_are_listed_newest_first_by_state_and_customer()
    {
        await Alerts.SettleAsync([Judgement("a", "acme")], AlertRules.Judged, H.Now, default);
        H.Advance(Step);
        await Alerts.SettleAsync(
            [Judgement("b", "acme"), Judgement("c"), Judgement("d", "bolt")],
            AlertRules.Judged,
            H.Now,
            default
        );
        var open = await Alerts.ListOpenAsync(10, default);
        await SilenceAsync(open.Single(alert => alert.Subject == "c"), H.Now + Step);

        var all = await ListAsync(new AlertFilter { Limit = 10 });
        var first = await Alerts.ListAsync(new AlertFilter { Limit = 2 }, default);
        var rest = await ListAsync(new AlertFilter { Limit = 10, After = (first[1].FiredAt, first[1].AlertId!.Value) });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all, Has.Count.EqualTo(4));
            Assert.That(all[^1], Is.EqualTo("a"), "the oldest last");
            Assert.That(first.Select(alert => alert.Subject).Concat(rest), Is.EqualTo(all));
            Assert.That(
                await ListAsync(new AlertFilter { Limit = 10, State = AlertState.Firing }),
                Is.EquivalentTo(["b", "d"])
            );
            Assert.That(
                await ListAsync(new AlertFilter { Limit = 10, State = AlertState.Silenced }),
                Is.EqualTo(["c"])
            );
            Assert.That(
                await ListAsync(new AlertFilter { Limit = 10, State = AlertState.Resolved }),
                Is.EqualTo(["a"])
            );
            Assert.That(
                await ListAsync(new AlertFilter { Limit = 10, IsOpen = true }),
                Is.EquivalentTo(["b", "c", "d"]),
                "silenced or not"
            );
            Assert.That(
                await ListAsync(
                    new AlertFilter
                    {
                        Limit = 10,
                        IsOpen = true,
                        CustomerId = "acme",
                    }
                ),
                Is.EqualTo(["b"])
            );
            Assert.That(await ListAsync(new AlertFilter { Limit = 10, CustomerId = "acme" }), Is.EqualTo(["b", "a"]));
            Assert.That(
                await ListAsync(
                    new AlertFilter
                    {
                        Limit = 10,
                        CustomerId = "acme",
                        State = AlertState.Resolved,
                    }
                ),
                Is.EqualTo(["a"])
            );
            Assert.That(
                await ListAsync(
                    new AlertFilter
                    {
                        Limit = 10,
                        CustomerId = "bolt",
                        State = AlertState.Firing,
                    }
                ),
                Is.EqualTo(["d"])
            );
        }

        async Task<IReadOnlyList<string>> ListAsync(AlertFilter filter) =>
            [.. (await Alerts.ListAsync(filter, default)).Select(alert => alert.Subject)];
    }

    [Test]
    public async Task Runs_that_run_too_long_and_invariants_that_do_not_hold_are_found()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "late", "lost", "paused");
        var none = await BrokenAsync();
        var items = await H.LeaseAsync(5);
        await ExecuteAsync($"update scheduled_pipeline_runs set state = 'PENDING' where run_id = '{items[0].RunId}'");
        await ExecuteAsync(
            "update pipeline_execution_queue set lease_expires_at = "
                + $"{Database.Literal(H.Now - AlertRules.LongestLostLease - Step)} where run_id = '{items[1].RunId}'"
        );
        await ExecuteAsync(
            "update customer_pipeline_configs set next_run_time = "
                + $"{Database.Literal(H.Now - AlertRules.LongestDue - Step)} where pipeline_name in ('late', 'paused')"
        );
        await ExecuteAsync("update customer_pipeline_configs set next_run_time = null where pipeline_name = 'lost'");
        await ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {Database.Literal(H.Now - Step)} "
                + "where pipeline_name = 'paused'"
        );
        var broken = await BrokenAsync();
        var configs = (await QueryAsync("select config_id, pipeline_name from customer_pipeline_configs")).ToDictionary(
            row => (string)row["pipeline_name"]!,
            row => (string)row["config_id"]!
        );
        H.Advance(Step);
        var running = await Alerts.LongRunsAsync(H.Now, 10, default);
        var notYet = await Alerts.LongRunsAsync(H.Now - Step, 10, default);
        await SetStatusAsync("acme", "SUSPENDED");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(none, Is.Empty);
            Assert.That(
                broken,
                Is.EquivalentTo([
                    new BrokenInvariant(Invariant.NextRunMissing, configs["lost"]),
                    new BrokenInvariant(Invariant.DueTooLong, configs["late"]),
                    new BrokenInvariant(Invariant.LeaseNotEnded, items[1].QueueId),
                    new BrokenInvariant(Invariant.ItemWithoutRun, items[0].QueueId),
                ])
            );
            Assert.That(running.Select(run => run.RunId), Is.EquivalentTo(items.Skip(1).Select(item => item.RunId)));
            Assert.That((running[0].CustomerId, running[0].StartedAt), Is.EqualTo(("acme", H.Now - Step)));
            Assert.That(notYet, Is.Empty);
            Assert.That(
                (await BrokenAsync()).Select(one => one.Invariant),
                Is.EquivalentTo([Invariant.LeaseNotEnded, Invariant.ItemWithoutRun]),
                "nothing is due of a customer that may not run"
            );
        }

        Task<IReadOnlyList<BrokenInvariant>> BrokenAsync() => Alerts.BrokenInvariantsAsync(H.Now, 10, default);
    }

    private static Duration Step => Duration.FromSeconds(30);

    private static AlertJudgement Judgement(string subject, string? customerId = null) =>
        new(AlertRules.RunTooLong, subject, customerId, $"about {subject}");

    private static OutboundTarget Target()
    {
        _ = OutboundTarget.TryParse("https://hooks.example.com/x", out var target);
        return target!;
    }

    private AlertWatch Watch() =>
        new(Alerts, new StatusStore(H.Engine, H.Clock), Options, new DeliverySignal(), NullLogger<AlertWatch>.Instance);

    private async Task<(long, long)?> SettleAsync(params AlertJudgement[] judgements)
    {
        H.Advance(Step);
        return await Alerts.SettleAsync(judgements, AlertRules.Judged, H.Now, default);
    }

    /// <summary>Fires now; a watch that looks now too comes too late to judge it, and only tells.</summary>
    private async Task FireAsync(params string[] subjects)
    {
        await Alerts.SettleAsync(
            [.. subjects.Select(subject => Judgement(subject))],
            AlertRules.Judged,
            H.Now,
            default
        );
    }

    private Task<Alert?> SilenceAsync(Alert alert, Instant? until) =>
        Alerts.SilenceAsync(alert.AlertId!.Value, until, until is null ? null : "known", H.Stamp(), H.Now, default);

    private Task<long> FinishAsync(
        IReadOnlyList<ClaimedDelivery> claimed,
        string token,
        DeliveryState state,
        Instant? next = null,
        string? error = null
    ) =>
        Alerts.FinishDeliveriesAsync(
            [.. claimed.Select(one => new FinishedDelivery(one.DeliveryId, token, state, next, error))],
            H.Now,
            default
        );

    private async Task<IReadOnlyList<string>> PendingAsync() =>
        [
            .. (await Alerts.ListDeliveriesAsync(DeliveryState.Pending, null, 100, default)).Select(one =>
                one.DeliveryId
            ),
        ];

    private async Task<int> StateCountAsync(string state) =>
        (await QueryAsync($"select delivery_id from scheduler_deliveries where state = '{state}'")).Count;

    /// <summary>One of several processes on the same data.</summary>
    private sealed class Instance
    {
        public Instance(AlertContract contract, ISqlEngine engine, IDeliverySink sink)
        {
            var clock = new OperationClock(engine, NodaTime.Extensions.TimeProviderExtensions.ToClock(contract.H.Time));
            var store = new AlertStore(engine, clock);
            var signal = new DeliverySignal();
            Watch = new AlertWatch(
                store,
                new StatusStore(engine, clock),
                Options,
                signal,
                NullLogger<AlertWatch>.Instance
            );
            Round = new DeliveryRound(
                sink,
                store,
                contract.H.Ids,
                signal,
                contract.H.Time,
                NullLogger<DeliveryRound>.Instance
            );
        }

        public AlertWatch Watch { get; }
        public DeliveryRound Round { get; }
    }

    private sealed class RecordingSink : IDeliverySink
    {
        private readonly Lock gate = new();
        private readonly List<ClaimedDelivery> sent = [];

        public SinkKind Kind => SinkKind.Webhook;

        public IReadOnlyList<ClaimedDelivery> Sent
        {
            get
            {
                lock (gate)
                {
                    return [.. sent];
                }
            }
        }

        public Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
        {
            lock (gate)
            {
                sent.Add(delivery);
            }
            return Task.CompletedTask;
        }
    }
}
