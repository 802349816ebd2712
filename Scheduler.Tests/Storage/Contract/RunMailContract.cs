using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Alerts.Mails;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Alerts;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Which ends of runs are told to the owners of a pipeline, and that each is told once.</summary>
internal abstract class RunMailContract : StoreContract
{
    private static readonly IReadOnlyList<string> Owner = ["owner@example.com"];

    protected override LeaseOptions Leases => new() { Lease = Duration.FromHours(1) };

    private AlertStore Alerts => new(H.Engine, H.Clock);

    private FakeDatasetReader Datasets { get; } = new();

    private RunMailing Mailing => new(Alerts, new RunFigureReader(Datasets, H.Time), H.Clock, new DeliverySignal());

    [Test]
    public async Task The_first_failure_for_good_is_told_then_one_a_day_and_the_first_success_after_it()
    {
        await StartAsync("main", c => c with { NotificationEmails = Owner });
        await RunAsync(RunOutcome.Completed);
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);
        await RunAsync(RunOutcome.Cancelled);
        var early = await ToldAsync();
        H.Advance(Duration.FromHours(23));
        await RunAsync(RunOutcome.Failed, ErrorType.AuthenticationFailed);
        await RunAsync(RunOutcome.Completed);
        await RunAsync(RunOutcome.Completed);
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);

        var told = await ToldAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(early.Select(one => one.Event), Is.EqualTo([DeliveryEvent.RunFailed]));
            Assert.That(
                told.Select(one => (one.Event, one.Notice.Failures, one.Notice.ErrorType)),
                Is.EqualTo([
                    (DeliveryEvent.RunFailed, 1L, "UNKNOWN"),
                    (DeliveryEvent.RunFailed, 3L, "AUTHENTICATION_FAILED"),
                    (DeliveryEvent.RunRecovered, 3L, null),
                    (DeliveryEvent.RunFailed, 1L, (string?)"UNKNOWN"),
                ])
            );
            Assert.That(told[0].Notice.Recipients, Is.EqualTo(Owner));
            Assert.That(
                (told[0].Notice.CompanyName, told[0].Notice.PipelineName, told[0].Notice.Attempts),
                Is.EqualTo(("acme Ltd", "main", 1))
            );
            Assert.That(told[0].Notice.ErrorMessage, Is.EqualTo("made to fail"));
            Assert.That(told[0].Notice.DurationSeconds, Is.EqualTo(60));
            Assert.That(
                told[0].Notice.DataIntervalEnd - told[0].Notice.DataIntervalStart,
                Is.EqualTo(Duration.FromHours(1))
            );
        }
    }

    [Test]
    public async Task A_failure_that_is_tried_again_is_told_only_when_the_last_attempt_has_failed()
    {
        var retry = StoreHarness.Json("""{"max_retries":1,"base_seconds":60,"jitter":false}""");
        await StartAsync("main", c => c with { NotificationEmails = Owner, RetryConfig = retry });
        await RunAsync(RunOutcome.Failed, ErrorType.Timeout);
        await Mailing.RunAsync(default);
        var before = await ToldAsync();
        var item = (await H.LeaseAsync()).Single();
        await H.ReportAsync(item, RunOutcome.Failed, ErrorType.Timeout);
        await PassAsync();

        var told = await ToldAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.Empty);
            Assert.That(told.Select(one => (one.Notice.RunId, one.Notice.Attempts)), Is.EqualTo([(item.RunId, 2)]));
        }
    }

    [Test]
    public async Task What_ended_before_anybody_looked_is_told_to_nobody_and_neither_is_the_end_of_a_pipeline_without_addresses()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "early", c => c with { NotificationEmails = Owner });
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown, looks: false);
        await PassAsync();
        await H.ConfigureAsync("acme", "early", c => c with { IsActive = false });
        await H.ConfigureAsync("acme", "nobody");
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ToldAsync(), Is.Empty);
            Assert.That(await QueryAsync("select config_id from scheduler_failing_pipelines"), Is.Empty);
            Assert.That((await Alerts.RunMarkAsync(default)).At, Is.GreaterThan(H.Now - Duration.FromMinutes(10)));
        }
    }

    [Test]
    public async Task A_pipeline_without_addresses_of_its_own_has_those_of_its_providers_configuration_while_they_are_wanted()
    {
        await StartAsync("main", c => c with { NotificationEmails = [] });
        await ExecuteAsync(
            "insert into customer_provider_configs (config_id, customer_id, provider, domain, config_name, notification_emails, "
                + "notification_enabled, retention_days, is_active, consecutive_failures, created_at, updated_at, created_by) "
                + "values ('pc', 'acme', 'SYSTEM', 'TEST', 'x', "
                + $"{EmailsLiteral("all@example.com")}, {Database.Literal(false)}, 90, {Database.Literal(true)}, 0, "
                + $"{Database.Literal(H.Now)}, {Database.Literal(H.Now)}, 'test')"
        );
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);
        var unwanted = await ToldAsync();
        await ExecuteAsync(
            $"update customer_provider_configs set notification_enabled = {Database.Literal(true)} where config_id = 'pc'"
        );
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(unwanted, Is.Empty);
            Assert.That(
                (await ToldAsync()).Select(one => one.Notice.Recipients),
                Is.EqualTo(new[] { new[] { "all@example.com" } })
            );
        }
    }

    [Test]
    public async Task Three_instances_that_look_at_once_tell_each_outcome_once()
    {
        await H.OnboardAsync("acme");
        var names = Enumerable.Range(0, 6).Select(nth => $"p{nth}").ToList();
        foreach (var name in names)
        {
            await H.ConfigureAsync("acme", name, c => c with { NotificationEmails = Owner });
        }
        await PassAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync(await H.LeaseAsync(6), RunOutcome.Failed, ErrorType.Unknown);
        H.Advance(RunMailing.Lag);
        var others = Enumerable
            .Range(0, 3)
            .Select(_ => new RunMailing(
                new AlertStore(Database.Connect(), H.Clock),
                new RunFigureReader(Datasets, H.Time),
                H.Clock,
                new DeliverySignal()
            ))
            .ToList();

        await Task.WhenAll(others.Select(other => Task.Run(() => other.RunAsync(default))));
        await Task.WhenAll(others.Select(other => Task.Run(() => other.RunAsync(default))));

        Assert.That((await ToldAsync()).Select(one => one.Notice.PipelineName), Is.EquivalentTo(names));
    }

    [Test]
    public async Task The_mail_that_it_works_again_says_what_was_loaded_where_the_dataset_knows_it()
    {
        await StartAsync("main", c => c with { NotificationEmails = Owner });
        await RunAsync(RunOutcome.Failed, ErrorType.Unknown);
        await RunAsync(RunOutcome.Completed, looks: false);
        var run = (await H.RunsAsync("acme"))[^1];
        Datasets.Add(
            "acme",
            run.RunId,
            rows: 1234,
            new DayWindow(new LocalDate(2026, 3, 1), new LocalDate(2026, 3, 2))
        );
        Datasets.Costs.Add(new ServiceCost("a", "USD", 10.5m, 10, 3));
        Datasets.Costs.Add(new ServiceCost("b", "USD", 1m, 1, 1));
        await PassAsync();

        var told = (await ToldAsync())[^1];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.Event, Is.EqualTo(DeliveryEvent.RunRecovered));
            Assert.That(told.Notice.Figures!.Rows, Is.EqualTo(1234));
            Assert.That(told.Notice.Figures.Costs, Is.EqualTo([new CurrencyTotal("USD", 11.5m)]));
        }
    }

    [Test]
    public async Task A_mark_that_another_has_moved_writes_nothing()
    {
        await StartAsync("main", c => c with { NotificationEmails = Owner });
        var mark = await Alerts.RunMarkAsync(default);
        var to = new RunMark(H.Now, "z");
        await Alerts.TellRunsAsync(mark, to, [], [], H.Now, H.Now, default);

        var moved = await Alerts.TellRunsAsync(
            mark,
            new RunMark(H.Now + Duration.FromMinutes(1), "y"),
            [
                new NewDelivery
                {
                    DeliveryId = "run-x",
                    Sink = SinkKind.PipelineEmail,
                    Event = DeliveryEvent.RunFailed,
                    CustomerId = "acme",
                    RunId = "x",
                    Payload = "{}",
                },
            ],
            [new FailingPipelineRow("x", "acme", H.Now, H.Now, 1)],
            H.Now,
            H.Now,
            default
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(moved, Is.False);
            Assert.That(await Alerts.RunMarkAsync(default), Is.EqualTo(to));
            Assert.That(await ToldAsync(), Is.Empty);
            Assert.That(await QueryAsync("select config_id from scheduler_failing_pipelines"), Is.Empty);
        }
    }

    /// <summary>A list of addresses, as the column takes it.</summary>
    protected virtual string EmailsLiteral(string address) => Database.JsonLiteral($"[\"{address}\"]");

    private async Task StartAsync(string name, Func<PipelineConfig, PipelineConfig> change)
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", name, change);
        await PassAsync();
    }

    /// <summary>The next hour's run ends so, after a minute.</summary>
    private async Task RunAsync(RunOutcome outcome, ErrorType? error = null, bool looks = true)
    {
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var item = (await H.LeaseAsync()).Single();
        H.Advance(Duration.FromMinutes(1));
        await H.ReportAsync(item, outcome, error);
        if (looks)
        {
            await PassAsync();
        }
    }

    /// <summary>Looks as soon as what has happened may be read.</summary>
    private async Task PassAsync()
    {
        H.Advance(RunMailing.Lag);
        await Mailing.RunAsync(default);
    }

    private async Task<IReadOnlyList<(DeliveryEvent Event, RunNotice Notice)>> ToldAsync()
    {
        var rows = await QueryAsync(
            "select event, payload from scheduler_deliveries where sink = 'PIPELINE_EMAIL' order by created_at, delivery_id"
        );
        return
        [
            .. rows.Select(row =>
                (
                    Wire.Parse<DeliveryEvent>((string)row["event"]!),
                    JsonSerializer.Deserialize<RunNotice>((string)row["payload"]!, WireJson.Options)!
                )
            ),
        ];
    }
}
