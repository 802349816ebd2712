using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Customers;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// One call of a store while BigQuery's API fails in one way or another. Onboarding is the write: each time its script is committed, the
/// turnstile of the customers turns once.
/// </summary>
internal sealed class BigQueryFaultTests
{
    private const int MostTries = 8;

    private readonly SteppedTime pauses = new(DateTimeOffset.UnixEpoch);
    private BigQueryDatabase database = null!;
    private StoreHarness harness = null!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await BigQueryDatabase.CreateAloneAsync(pauses);
        harness = new StoreHarness(database.Engine);
    }

    [TearDown]
    public async Task CloseStore()
    {
        // Null where the set-up was left: there is no emulator.
        if (database is not null)
        {
            await database.Emulator.DisposeAsync();
        }
    }

    [TestCase("insert", EmulatorFault.UnavailableBefore)]
    [TestCase("insert", EmulatorFault.UnavailableAfter)]
    [TestCase("insert", EmulatorFault.RateLimited)]
    [TestCase("insert", EmulatorFault.LostReply)]
    [TestCase("insert", EmulatorFault.JobFails)]
    [TestCase("insert", EmulatorFault.NotReady)]
    [TestCase("results", EmulatorFault.UnavailableBefore)]
    [TestCase("results", EmulatorFault.UnavailableAfter)]
    [TestCase("results", EmulatorFault.RateLimited)]
    [TestCase("results", EmulatorFault.LostReply)]
    [TestCase("results", EmulatorFault.NotReady)]
    [TestCase("get", EmulatorFault.UnavailableBefore)]
    [TestCase("get", EmulatorFault.UnavailableAfter)]
    [TestCase("get", EmulatorFault.RateLimited)]
    [TestCase("get", EmulatorFault.LostReply)]
    public async Task A_write_happens_exactly_once(string call, EmulatorFault fault)
    {
        database.Emulator.Fail(call, fault);

        var outcome = await PassAsync(harness.OnboardAsync("acme"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome, Is.EqualTo(OnboardOutcome.Created));
            Assert.That(await TurnsAsync(), Is.EqualTo(1));
            Assert.That(database.Emulator.FaultsHit, Is.EqualTo(1));
        }
    }

    [TestCase("query", EmulatorFault.UnavailableBefore)]
    [TestCase("query", EmulatorFault.UnavailableAfter)]
    [TestCase("query", EmulatorFault.RateLimited)]
    [TestCase("query", EmulatorFault.LostReply)]
    [TestCase("query", EmulatorFault.JobFails)]
    [TestCase("query", EmulatorFault.NotReady)]
    public async Task A_read_answers_right(string call, EmulatorFault fault)
    {
        await PassAsync(harness.OnboardAsync("acme"));
        database.Emulator.Fail(call, fault);

        var found = await PassAsync(harness.Customers.ProfileAsync("acme", default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found?.CompanyName, Is.EqualTo("acme Ltd"));
            Assert.That(database.Emulator.FaultsHit, Is.EqualTo(1));
        }
    }

    [TestCase(EmulatorFault.UnavailableBefore)]
    [TestCase(EmulatorFault.UnavailableAfter)]
    [TestCase(EmulatorFault.RateLimited)]
    [TestCase(EmulatorFault.LostReply)]
    public async Task A_result_that_is_waited_for_is_asked_for_again(EmulatorFault fault)
    {
        await PassAsync(harness.OnboardAsync("acme"));
        database.Emulator.Fail("query", EmulatorFault.NotReady);
        database.Emulator.Fail("results", EmulatorFault.NotReady, fault);

        var found = await PassAsync(harness.Customers.ProfileAsync("acme", default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found?.CompanyName, Is.EqualTo("acme Ltd"));
            Assert.That(database.Emulator.FaultsHit, Is.EqualTo(3));
        }
    }

    [Test]
    public async Task Faults_one_after_another_are_outlasted()
    {
        database.Emulator.Fail(
            "insert",
            EmulatorFault.UnavailableBefore,
            EmulatorFault.RateLimited,
            EmulatorFault.LostReply,
            EmulatorFault.UnavailableBefore
        );
        database.Emulator.Fail("results", EmulatorFault.NotReady, EmulatorFault.LostReply);
        database.Emulator.Fail("get", EmulatorFault.UnavailableAfter);

        var outcome = await PassAsync(harness.OnboardAsync("acme"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome, Is.EqualTo(OnboardOutcome.Created));
            Assert.That(await TurnsAsync(), Is.EqualTo(1));
            Assert.That(database.Emulator.FaultsHit, Is.EqualTo(7));
        }
    }

    [TestCase(EmulatorFault.UnavailableBefore)]
    [TestCase(EmulatorFault.RateLimited)]
    [TestCase(EmulatorFault.JobFails)]
    public async Task One_that_never_succeeds_says_that_the_store_is_away_and_has_done_nothing(EmulatorFault fault)
    {
        database.Emulator.Fail("insert", [.. Enumerable.Repeat(fault, MostTries)]);

        Assert.That(
            () => PassAsync(harness.OnboardAsync("acme")),
            Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("customers.onboard")
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await TurnsAsync(), Is.Zero);
            Assert.That(database.Emulator.FaultsHit, Is.EqualTo(MostTries));
        }

        Assert.That(await PassAsync(harness.OnboardAsync("acme")), Is.EqualTo(OnboardOutcome.Created));
    }

    [Test]
    public async Task A_read_that_never_succeeds_says_that_the_store_is_away()
    {
        database.Emulator.Fail("query", [.. Enumerable.Repeat(EmulatorFault.LostReply, MostTries)]);

        Assert.That(
            () => PassAsync(harness.Customers.ProfileAsync("acme", default)),
            Throws.TypeOf<StorageUnavailableException>()
        );
        Assert.That(await PassAsync(harness.Customers.ProfileAsync("acme", default)), Is.Null);
    }

    [Test]
    public void A_port_that_nobody_listens_on_is_a_store_that_is_away()
    {
        using var port = new ClosedPort();
        var options = new BigQueryOptions { Project = "test-project", Endpoint = port.Address };
        var customers = new StoreHarness(new BigQueryEngine(options, pauses, new Random(5))).Customers;

        Assert.That(
            () => PassAsync(customers.ProfileAsync("acme", default)),
            Throws.TypeOf<StorageUnavailableException>()
        );
    }

    [Test]
    public void A_dataset_that_is_not_there_is_reported_at_once()
    {
        var customers = new StoreHarness(BigQueryDatabase.Open(database.Emulator, "nowhere", pauses)).Customers;

        Assert.That(
            () => PassAsync(customers.ProfileAsync("acme", default)),
            Throws.InstanceOf<StorageUnavailableException>().With.Message.Contains("notFound")
        );
        Assert.That(pauses.GetUtcNow(), Is.EqualTo(DateTimeOffset.UnixEpoch));
    }

    [Test]
    public async Task A_script_that_is_refused_is_not_sent_again_and_has_done_nothing()
    {
        await database.FailInsertsAsync("customer_subscriptions");

        Assert.That(
            () => PassAsync(harness.OnboardAsync("acme")),
            Throws.TypeOf<BigQueryRefusedException>().With.Message.Not.Contains("made to fail")
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await TurnsAsync(), Is.Zero);
            Assert.That(await database.QueryAsync("select customer_id from customer_profiles"), Is.Empty);
            Assert.That(database.Emulator.Jobs, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Transactions_that_cancel_each_other_are_run_again_until_each_is_through()
    {
        const int Processes = 6;
        var others = Enumerable.Range(0, Processes).Select(_ => new StoreHarness(database.Connect())).ToList();

        var outcomes = await PassAsync(Task.WhenAll(others.Select((other, nth) => other.OnboardAsync($"c{nth}"))));

        var cancelled = database.Emulator.Jobs.Count(job => job.Done.IsFaulted);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes, Is.All.EqualTo(OnboardOutcome.Created));
            Assert.That(await TurnsAsync(), Is.EqualTo(Processes));
            Assert.That(cancelled, Is.Positive);
            Assert.That(database.Emulator.Jobs, Has.Count.EqualTo(Processes + cancelled));
        }
    }

    [Test]
    public async Task Of_those_who_take_the_same_name_at_once_one_has_it()
    {
        var others = Enumerable.Range(0, 4).Select(_ => new StoreHarness(database.Connect())).ToList();

        var outcomes = await PassAsync(Task.WhenAll(others.Select(other => other.OnboardAsync("acme"))));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes.Count(outcome => outcome == OnboardOutcome.Created), Is.EqualTo(1));
            Assert.That(outcomes.Count(outcome => outcome == OnboardOutcome.CustomerExists), Is.EqualTo(3));
            Assert.That(await database.QueryAsync("select customer_id from customer_profiles"), Has.Count.EqualTo(1));
            Assert.That(await database.QueryAsync("select api_key_id from customer_api_keys"), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_table_with_too_many_statements_is_waited_for()
    {
        const int Renewals = 60;
        database.Dataset.LimitClock = pauses;
        var duties = new DutyStore(database.Engine, harness.Clock);

        for (var nth = 0; nth < Renewals; nth++)
        {
            var lease = await PassAsync(duties.TakeAsync("reaper", "me", null, Duration.FromMinutes(1), default));
            Assert.That(lease.Holder, Is.EqualTo("me"));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(database.Dataset.BusiestWindow["scheduler_duty_leases"], Is.EqualTo(25));
            Assert.That(pauses.GetUtcNow(), Is.GreaterThan(DateTimeOffset.UnixEpoch.AddSeconds(20)));
        }
    }

    [Test]
    public async Task A_long_answer_is_put_together_from_its_pages()
    {
        await PassAsync(harness.OnboardAsync("acme"));
        for (var nth = 0; nth < 5; nth++)
        {
            await PassAsync(harness.ConfigureAsync("acme", $"p{nth}"));
        }
        var whole = await PassAsync(harness.Configs.ListAsync("acme", null, null, 100, default));
        database.Emulator.PageRows = 2;
        database.Emulator.Fail("results", EmulatorFault.LostReply);

        var pieced = await PassAsync(harness.Configs.ListAsync("acme", null, null, 100, default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                pieced.Select(config => config.PipelineName),
                Is.EqualTo(whole.Select(config => config.PipelineName))
            );
            // Exact to the microsecond on every page.
            Assert.That(
                pieced.Select(config => config.NextRunTime),
                Is.EqualTo(whole.Select(config => config.NextRunTime))
            );
            Assert.That(pieced, Has.Count.EqualTo(5));
            Assert.That(database.Emulator.FaultsHit, Is.EqualTo(1));
        }
    }

    private async Task<long> TurnsAsync()
    {
        var rows = await database.QueryAsync("select turn from scheduler_turnstiles where name = 'customers'");
        return (long)rows.Single()["turn"]!;
    }

    private async Task<T> PassAsync<T>(Task<T> work)
    {
        await pauses.RunAsync(work);
        return await work;
    }
}
