using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Overview;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What operators look through, over all customers.</summary>
internal abstract class OverviewContract : StoreContract
{
    private OverviewStore Overview => new(H.Engine, H.Clock);

    [Test]
    public async Task An_empty_system_has_empty_lists_and_24_empty_hours()
    {
        var hours = HourFigures.Day(await Overview.HoursAsync(default), H.Now + Duration.FromMinutes(40));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Overview.HoursAsync(default), Is.Empty);
            Assert.That(hours, Has.Count.EqualTo(24));
            Assert.That(hours[^1], Is.EqualTo(new HourFigures(H.Now, 0, 0, null)));
            Assert.That(hours[0].From, Is.EqualTo(H.Now - Duration.FromHours(23)));
            Assert.That(await Overview.RunningAsync(null, 10, default), Is.Empty);
            Assert.That(await Overview.WaitingAsync(null, 10, default), Is.Empty);
            Assert.That(await Overview.WorkersAsync(10, default), Is.Empty);
            Assert.That(await Overview.WaitingCustomersAsync(10, default), Is.Empty);
            Assert.That(await EndedAsync(onlyFailed: false), Is.Empty);
        }
    }

    [Test]
    public async Task Hours_count_what_ended_in_them_and_how_late_it_began()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c", "d");
        H.Advance(Duration.FromSeconds(90));
        var items = await H.LeaseAsync(4);
        await H.ReportAsync(items[0], RunOutcome.Completed);
        await H.ReportAsync(items[1], RunOutcome.Failed, ErrorType.Unknown);
        await H.ReportAsync(items[2], RunOutcome.Cancelled);
        var first = Instant.FromUtc(2026, 3, 2, 11, 0);
        H.AdvanceToNextHour();
        await H.HeartbeatAsync(items[3]);
        await H.ReportAsync(items[3], RunOutcome.Completed);

        var hours = await Overview.HoursAsync(default);
        H.Advance(Duration.FromHours(23));
        var nextDay = await Overview.HoursAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(hours.Select(hour => hour.From), Is.EqualTo([first, first + Duration.FromHours(1)]));
            Assert.That((hours[0].Completed, hours[0].Failed), Is.EqualTo((1L, 1L)), "a cancelled run has not failed");
            Assert.That(hours[0].LatenessP95Seconds, Is.EqualTo(90));
            Assert.That((hours[1].Completed, hours[1].Failed), Is.EqualTo((1L, 0L)));
            Assert.That(nextDay.Select(hour => hour.From), Is.EqualTo([first + Duration.FromHours(1)]));
        }
    }

    [Test]
    public async Task What_ended_is_listed_by_pages_newest_first_and_failures_by_themselves()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c", "d", "e");
        var items = await H.LeaseAsync(5);
        foreach (var item in items)
        {
            H.Advance(Duration.FromSeconds(1));
            var fails = item == items[1] || item == items[3];
            await H.ReportAsync(
                item,
                fails ? RunOutcome.Failed : RunOutcome.Completed,
                fails ? ErrorType.InvalidConfiguration : null
            );
        }
        string[] newestFirst = [.. items.Reverse().Select(item => item.RunId)];

        var pages = new List<string>();
        (Instant, string)? after = null;
        while (await EndedAsync(onlyFailed: false, after, limit: 2) is { Count: > 0 } page)
        {
            pages.AddRange(page.Select(row => row.Run.RunId));
            after = (page[^1].Moment, page[^1].Run.RunId);
        }
        var failed = await EndedAsync(onlyFailed: true);
        var oldestFirst = new List<string>();
        after = null;
        while (await EndedAsync(onlyFailed: false, after, limit: 2, oldestFirst: true) is { Count: > 0 } page)
        {
            oldestFirst.AddRange(page.Select(row => row.Run.RunId));
            after = (page[^1].Moment, page[^1].Run.RunId);
        }
        var failedFirst = await EndedAsync(onlyFailed: true, oldestFirst: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pages, Is.EqualTo(newestFirst));
            Assert.That(oldestFirst, Is.EqualTo(items.Select(item => item.RunId)));
            Assert.That(failedFirst.Select(row => row.Run.RunId), Is.EqualTo([items[1].RunId, items[3].RunId]));
            Assert.That(
                await Overview.EndedAsync(
                    new()
                    {
                        OldestFirst = true,
                        Since = H.Now + Duration.FromSeconds(1),
                        Limit = 9,
                    },
                    default
                ),
                Is.Empty
            );
            Assert.That(failed.Select(row => row.Run.RunId), Is.EqualTo([items[3].RunId, items[1].RunId]));
            Assert.That(failed[0].CompanyName, Is.EqualTo("acme Ltd"));
            Assert.That(failed[0].PipelineName, Is.Not.Empty);
            Assert.That(failed[0].Run.State, Is.EqualTo(RunState.Failed));
            Assert.That(failed[0].Moment, Is.EqualTo(H.Now - Duration.FromSeconds(1)));
            Assert.That(
                await Overview.EndedAsync(new() { Since = H.Now + Duration.FromSeconds(1), Limit = 9 }, default),
                Is.Empty
            );
        }
    }

    [Test]
    public async Task Those_that_ended_at_the_same_moment_are_on_one_page_each()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c");
        await H.ReportAsync(await H.LeaseAsync(3), RunOutcome.Completed);

        var seen = await SeenAsync(oldestFirst: false);

        Assert.That(seen, Is.Unique.And.Count.EqualTo(3));
        Assert.That(await SeenAsync(oldestFirst: true), Is.EqualTo(seen.Reverse()));

        async Task<IReadOnlyList<string>> SeenAsync(bool oldestFirst)
        {
            var runs = new List<string>();
            (Instant, string)? after = null;
            while (
                await EndedAsync(onlyFailed: false, after, limit: 1, oldestFirst: oldestFirst) is { Count: > 0 } page
            )
            {
                runs.Add(page[0].Run.RunId);
                after = (page[0].Moment, page[0].Run.RunId);
            }
            return runs;
        }
    }

    [Test]
    public async Task What_is_open_is_told_by_worker_and_by_customer()
    {
        await H.OnboardAsync("acme", "STARTER");
        await H.OnboardAsync("bolt");
        await H.ConfigureAsync("acme", "a");
        await H.ConfigureAsync("acme", "b");
        await H.ConfigureAsync("bolt", "c");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var leased = await H.LeaseAsync(2, "worker-7");
        H.Advance(Duration.FromSeconds(5));

        var running = await Overview.RunningAsync(null, 10, default);
        var waiting = await Overview.WaitingAsync(null, 10, default);
        var first = await Overview.RunningAsync(null, 1, default);
        var second = await Overview.RunningAsync((first[0].Moment, first[0].Run.RunId), 10, default);
        var last = await Overview.WaitingAsync((waiting[0].Moment, waiting[0].Run.RunId), 10, default);
        var workers = await Overview.WorkersAsync(10, default);
        var customers = await Overview.WaitingCustomersAsync(10, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                running.Select(row => row.Run.RunId),
                Is.EquivalentTo(leased.Select(item => item.RunId)),
                "one of each customer: a starter runs one at a time"
            );
            Assert.That(
                waiting.Select(row => (row.Run.CustomerId, row.Run.State)),
                Is.EqualTo([("acme", RunState.Pending)])
            );
            Assert.That(first.Concat(second), Is.EqualTo(running), "page by page");
            Assert.That(last, Is.Empty);
            Assert.That(
                workers.Select(worker => (worker.WorkerId, worker.Runs, worker.Customers)),
                Is.EqualTo([("worker-7", 2L, 2L)])
            );
            Assert.That(workers[0].Oldest, Is.EqualTo(H.Now - Duration.FromSeconds(5)));
            Assert.That(workers[0].FirstExpiry, Is.GreaterThan(H.Now));
            Assert.That(
                customers,
                Is.EqualTo([new WaitingCustomer("acme", "acme Ltd", 1, H.Now - Duration.FromSeconds(5), 1, 1)])
            );
        }
    }

    [Test]
    public async Task Customers_are_found_by_a_part_of_id_or_company_by_status_and_plan()
    {
        await H.OnboardAsync("acme", "STARTER", "Europe/Berlin");
        await H.OnboardAsync("bolt");
        await H.OnboardAsync("coil");
        await H.ConfigureAsync("acme", "a");
        await H.ConfigureAsync("acme", "b", config => config with { IsActive = false });
        await SetStatusAsync("coil", "SUSPENDED");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Failed, ErrorType.InvalidConfiguration);

        var all = await FindAsync(new() { Limit = 10 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Select(customer => customer.CustomerId), Is.EqualTo(["acme", "bolt", "coil"]));
            Assert.That(
                (all[0].Plan, all[0].Timezone, all[0].ActivePipelines, all[0].FailingPipelines),
                Is.EqualTo(("STARTER", "Europe/Berlin", 1L, 1L))
            );
            Assert.That(all.Select(customer => customer.IsRunnable), Is.EqualTo([true, true, false]));
            Assert.That(await IdsAsync(new() { Search = "OLT L", Limit = 10 }), Is.EqualTo("bolt"));
            Assert.That(await IdsAsync(new() { Search = "%", Limit = 10 }), Is.Empty, "no wildcards");
            Assert.That(await IdsAsync(new() { Status = "SUSPENDED", Limit = 10 }), Is.EqualTo("coil"));
            Assert.That(await IdsAsync(new() { Plan = "STARTER", Limit = 10 }), Is.EqualTo("acme"));
            Assert.That(await IdsAsync(new() { After = "acme", Limit = 1 }), Is.EqualTo("bolt"));
            Assert.That(await IdsAsync(new() { Backwards = true, Limit = 2 }), Is.EqualTo("coil bolt"));
            Assert.That(
                await IdsAsync(
                    new()
                    {
                        Backwards = true,
                        After = "bolt",
                        Limit = 2,
                    }
                ),
                Is.EqualTo("acme")
            );
        }
    }

    [Test]
    public async Task One_pipelines_runs_are_listed_by_pages_and_no_other_customers()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        var config = await H.ConfigureAsync("acme", "a");
        await H.ConfigureAsync("acme", "other");
        for (var hour = 0; hour < 3; hour++)
        {
            H.AdvanceToNextHour();
            await H.TriggerAsync();
        }
        var all = await ListAsync("acme", H.Now - Duration.FromDays(1), null, 10);
        var second = await ListAsync("acme", H.Now - Duration.FromDays(1), (all[0].ScheduledTime, all[0].RunId), 1);
        var oldest = await H.Runs.ListOfPipelineAsync(
            "acme",
            config.ConfigId,
            all[1].ScheduledTime,
            after: null,
            oldestFirst: true,
            10,
            default
        );
        var next = await H.Runs.ListOfPipelineAsync(
            "acme",
            config.ConfigId,
            H.Now - Duration.FromDays(1),
            (all[2].ScheduledTime, all[2].RunId),
            oldestFirst: true,
            1,
            default
        );
        var ofAll = await H.Runs.ListAsync("acme", new RunFilter { Limit = 20 }, default);
        var ofAllOldest = await H.Runs.ListAsync("acme", new RunFilter { OldestFirst = true, Limit = 20 }, default);
        var rest = await H.Runs.ListAsync(
            "acme",
            new RunFilter
            {
                OldestFirst = true,
                From = all[2].ScheduledTime,
                To = all[0].ScheduledTime,
                ConfigId = config.ConfigId,
                After = (all[2].ScheduledTime, all[2].RunId),
                Limit = 20,
            },
            default
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Select(run => run.ScheduledTime), Is.Ordered.Descending);
            Assert.That(all.Select(run => run.ConfigId), Is.EqualTo(Enumerable.Repeat(config.ConfigId, 3)));
            Assert.That(second.Select(run => run.RunId), Is.EqualTo([all[1].RunId]));
            Assert.That(oldest.Select(run => run.RunId), Is.EqualTo([all[1].RunId, all[0].RunId]));
            Assert.That(next.Select(run => run.RunId), Is.EqualTo([all[1].RunId]));
            Assert.That(ofAllOldest.Select(run => run.RunId), Is.EqualTo(ofAll.Select(run => run.RunId).Reverse()));
            Assert.That(rest.Select(run => run.RunId), Is.EqualTo([all[1].RunId]));
            Assert.That(await ListAsync("acme", H.Now, null, 10), Has.Count.EqualTo(1));
            Assert.That(await ListAsync("bolt", H.Now - Duration.FromDays(1), null, 10), Is.Empty);
        }

        Task<IReadOnlyList<Run>> ListAsync(string customer, Instant from, (Instant, string)? after, int limit) =>
            H.Runs.ListOfPipelineAsync(customer, config.ConfigId, from, after, oldestFirst: false, limit, default);
    }

    private Task<IReadOnlyList<FoundCustomer>> FindAsync(CustomerFilter filter) =>
        Overview.CustomersAsync(filter, default);

    private async Task<string> IdsAsync(CustomerFilter filter) =>
        string.Join(' ', (await FindAsync(filter)).Select(customer => customer.CustomerId));

    private Task<IReadOnlyList<OverviewRun>> EndedAsync(
        bool onlyFailed,
        (Instant, string)? after = null,
        int limit = 10,
        bool oldestFirst = false
    ) =>
        Overview.EndedAsync(
            new EndedFilter
            {
                OnlyFailed = onlyFailed,
                OldestFirst = oldestFirst,
                Since = H.Now - Duration.FromDays(7),
                After = after,
                Limit = limit,
            },
            default
        );
}
