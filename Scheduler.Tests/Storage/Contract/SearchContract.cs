using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Operators find any pipeline by what they know of it.</summary>
internal abstract class SearchContract : StoreContract
{
    [SetUp]
    public async Task ConfigureAsync()
    {
        foreach (var customer in new[] { "acme", "bolt", "coil" })
        {
            await H.OnboardAsync(customer, "SCALE");
        }
        await H.ConfigureAsync("coil", "night");
        await H.ConfigureAsync("acme", "Nightly AWS", config => config with { Provider = "AWS", Domain = "COST" });
        await H.ConfigureAsync("acme", "usage");
        await H.ConfigureAsync("bolt", "100%_sure");
    }

    [TestCase(null, "acme/Nightly AWS acme/usage bolt/100%_sure coil/night")]
    [TestCase("night", "acme/Nightly AWS coil/night")]
    [TestCase("NIGHTLY a", "acme/Nightly AWS")]
    [TestCase("acme", "acme/Nightly AWS acme/usage")]
    [TestCase("oil LT", "coil/night", Description = "a part of the company's name")]
    [TestCase("%_s", "bolt/100%_sure", Description = "no wildcards")]
    [TestCase("prob", "acme/Nightly AWS acme/usage bolt/100%_sure coil/night", Description = "the template")]
    [TestCase("nothing", "")]
    public async Task A_part_of_what_one_knows_is_enough(string? text, string found) =>
        Assert.That(await FindAsync(new() { Search = text, Limit = 10 }), Is.EqualTo(found));

    [Test]
    public async Task A_page_begins_where_the_one_before_ended()
    {
        var pages = new List<string>();
        IReadOnlyList<string>? after = null;
        while (true)
        {
            var page = await H.Configs.SearchAsync(new() { After = after, Limit = 1 }, H.Now, default);
            if (page.Count == 0)
            {
                break;
            }
            var config = page[0].Config;
            pages.Add($"{config.CustomerId}/{config.PipelineName}");
            after = [config.CustomerId, config.Provider, config.Domain, config.PipelineTemplate, config.PipelineName];
        }

        Assert.That(pages, Is.EqualTo(["acme/Nightly AWS", "acme/usage", "bolt/100%_sure", "coil/night"]));
    }

    [Test]
    public async Task Providers_and_states_are_told_apart()
    {
        var all = (await H.Configs.SearchAsync(new() { Limit = 10 }, H.Now, default)).ToDictionary(
            found => found.Config.PipelineName,
            found => found.Config
        );
        await PauseAsync(all["usage"], H.Now + Duration.FromHours(5));
        await PauseAsync(all["Nightly AWS"], H.Now + Duration.FromSeconds(1));
        await H.Configs.DeactivateAsync("coil", all["night"].ConfigId, H.Stamp(), H.Now, default);
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var items = await H.LeaseAsync(5);
        await H.ReportAsync(
            [.. items.Where(item => item.CustomerId == "bolt")],
            RunOutcome.Failed,
            ErrorType.InvalidConfiguration
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await FindAsync(new() { Provider = "AWS", Limit = 10 }), Is.EqualTo("acme/Nightly AWS"));
            Assert.That(await InAsync(PipelineState.Active), Is.EqualTo("acme/Nightly AWS"), "its pause is over");
            Assert.That(await InAsync(PipelineState.Paused), Is.EqualTo("acme/usage"));
            Assert.That(await InAsync(PipelineState.Failing), Is.EqualTo("bolt/100%_sure"));
            Assert.That(await InAsync(PipelineState.Off), Is.EqualTo("coil/night"));
        }
    }

    [Test]
    public async Task Those_that_are_active_are_found_by_their_next_time_page_by_page()
    {
        foreach (var (name, minutes) in new[] { ("late", 50), ("soon", 5), ("late too", 50) })
        {
            await H.ConfigureAsync(
                "coil",
                name,
                config => config with { NextRunTime = H.Now + Duration.FromMinutes(minutes) }
            );
        }
        await H.ConfigureAsync("coil", "off", config => config with { IsActive = false });
        var found = new List<FoundPipeline>();
        (Instant, string) after = (Microseconds.First, "");
        while (
            await H.Configs.SearchAsync(
                new()
                {
                    Search = "coil",
                    AfterNext = after,
                    Limit = 1,
                },
                H.Now,
                default
            )
                is [var next]
        )
        {
            found.Add(next);
            after = (next.Config.NextRunTime!.Value, next.Config.ConfigId);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                found.Select(next => next.Config.PipelineName),
                Is.EquivalentTo(["soon", "late", "late too", "night"])
            );
            Assert.That(found[0].Config.PipelineName, Is.EqualTo("soon"));
            Assert.That(found.Select(next => next.Config.NextRunTime), Is.Ordered);
            Assert.That(found.Select(next => next.CompanyName), Is.All.EqualTo("coil Ltd"));
        }
    }

    [Test]
    public async Task Pipelines_that_can_run_are_counted_by_their_schedule()
    {
        var configs = await H.Configs.ListAsync("acme", null, null, 10, default);
        await PauseAsync(configs[0], H.Now + Duration.FromHours(1));
        await H.ConfigureAsync(
            "bolt",
            "five",
            config => config with { ScheduleCron = "5 * * * *", SpreadSeconds = 60 }
        );
        await H.ConfigureAsync("bolt", "off", config => config with { IsActive = false });
        await H.OnboardAsync("done");
        await H.ConfigureAsync("done");
        var suspended = new UpdateCustomerRequest { Status = CustomerStatus.Suspended };
        await H.Profiles.UpdateAsync("done", suspended, Support.StoreHarness.Actor, default);

        var groups = await H.Schedules.ListSchedulesAsync(H.Now, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                groups.Select(group => (group.Cron, group.Timezone, group.SpreadSeconds, group.Pipelines)),
                Is.EqualTo([("0 * * * *", "UTC", 0, 3L), ("5 * * * *", "UTC", 60, 1L)])
            );
            Assert.That(await OfAsync("acme"), Is.EqualTo([("0 * * * *", 1L)]));
            Assert.That(await OfAsync("bolt"), Is.EqualTo([("0 * * * *", 1L), ("5 * * * *", 1L)]));
            Assert.That(await OfAsync("done"), Is.Empty);
        }

        async Task<IEnumerable<(string, long)>> OfAsync(string customer) =>
            (await H.Schedules.ListSchedulesAsync(customer, H.Now, default)).Select(group =>
                (group.Cron, group.Pipelines)
            );
    }

    private async Task PauseAsync(PipelineConfig config, Instant until) =>
        await H.Configs.SetPauseAsync(config.CustomerId, config.ConfigId, until, "key", "x", H.Stamp(), H.Now, default);

    private Task<string> InAsync(PipelineState state) => FindAsync(new() { State = state, Limit = 10 });

    private async Task<string> FindAsync(PipelineFilter filter) =>
        string.Join(
            ' ',
            (await H.Configs.SearchAsync(filter, H.Now, default)).Select(found =>
            {
                Assert.That(found.CompanyName, Is.EqualTo($"{found.Config.CustomerId} Ltd"));
                return $"{found.Config.CustomerId}/{found.Config.PipelineName}";
            })
        );
}
