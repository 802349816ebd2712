using Scheduler.Core.Scheduling;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Pipelines that kill their worker, that never end and heed nothing, that say 64 MiB, and that always fail.</summary>
internal sealed class PoisonPipelines : CampaignFault
{
    private const string NoLonger = "";

    private readonly List<string> poison = [];
    private string hang = "";

    public override string Id => "F11";

    public override string Title => "poison pipelines: crash, hang, flood, exit storm";

    public override bool IsForSqlite => true;

    public override bool MayOverlap => true;

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        load.HasOwnWorker = false;
        foreach (var kind in (string[])["crash", "flood"])
        {
            poison.Add(await AddAsync(kind, ("message", $"poison {kind}")));
        }
        hang = await AddAsync("hang", ("message", "poison hang"));
        for (var number = 0; number < 5; number++)
        {
            poison.Add(await AddAsync($"failing {number}", ("fail_with", "SERVICE_UNAVAILABLE")));
        }

        async Task<string> AddAsync(string name, params (string, object)[] parameters) =>
            await load.ConfigureAsync(
                site.Instances[0],
                "large_co",
                PipelineRequests.Probe($"poison {name}", parameters) with
                {
                    MisfirePolicy = MisfirePolicy.RunAll,
                    RetryConfig = PipelineRequests.QuickRetries with { MaxRetries = 3 },
                },
                times: 1
            );
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await load.MakeDueAsync([.. poison, hang]);
        await EndHangingAsync(site, load);
        await Until.TrueAsync(
            "all poison has been given up",
            async () => (await StatesAsync(site, poison)).All(state => state is "FAILED"),
            // Three leases one after the other, and in a mix other faults in between.
            TimeSpan.FromMinutes(1.5)
        );
        foreach (var state in await StatesAsync(site, [.. poison, hang]))
        {
            site.Hit(Id, state == "FAILED" ? 1 : 0);
        }
    }

    /// <summary>Switches the pipeline off and ends the worker that hangs in it, as an operator would.</summary>
    private async Task EndHangingAsync(Site site, Load load)
    {
        // Other faults may have killed three workers over it already: then it has been given up.
        var holder = await Until.SeenAsync(
            "the hanging run is at a worker",
            async () =>
                (
                    await site.Database.QueryAsync(
                        $"""
                        select state, worker_id from pipeline_execution_queue
                        where config_id = '{hang}' and state in ('PROCESSING', 'FAILED')
                        order by state desc
                        """,
                        row => (string)row["state"]! == "PROCESSING" ? (string)row["worker_id"]! : NoLonger
                    )
                ).FirstOrDefault()
        );
        await Until.TrueAsync("the pipeline is switched off", () => DeleteAsync(site));
        load.Expected.Configured("large_co", hang, null, await site.Database.NowAsync());
        if (holder == NoLonger)
        {
            return;
        }
        var worker = site.Workers.First(slot => holder.StartsWith($"{slot.Name}-", StringComparison.Ordinal));
        if (worker is { IsHeld: false, Process: { HasExited: false } process })
        {
            await process.KillAsync();
            site.Note($"{worker.Name} hung and was killed");
        }
    }

    private async Task<bool> DeleteAsync(Site site)
    {
        try
        {
            using var client = site.ClientOf(site.Instances[0]);
            await client.DeleteAsync("large_co", hang);
            return true;
        }
        catch (Exception failure) when (Load.IsRefusal(failure))
        {
            return failure.Message.Contains("404", StringComparison.Ordinal);
        }
    }

    private static Task<List<string>> StatesAsync(Site site, IEnumerable<string> configs) =>
        site.Database.QueryAsync(
            $"""
            select r.state from scheduled_pipeline_runs r
            where r.config_id in ({string.Join(", ", configs.Select(config => $"'{config}'"))})
              and not exists (select 1 from scheduled_pipeline_runs n where n.parent_run_id = r.run_id)
            """,
            row => (string)row["state"]!
        );
}
