using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>A worker stands still until its lease is another's, and then goes on.</summary>
internal sealed class WorkerFrozen : CampaignFault
{
    public override string Id => "F9";

    public override string Title => "SIGSTOP of a worker past its lease, SIGCONT";

    public override bool IsForSqlite => true;

    // What it was at when it was frozen, it is at for a moment when it wakes up.
    public override bool MayOverlap => true;

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        for (var number = 0; number < 10; number++)
        {
            await load.ConfigureAsync(
                site.Instances[0],
                "second_co",
                $"long {number}",
                1,
                Scheduler.Core.Scheduling.MisfirePolicy.RunAll,
                ("duration_ms", 2_500)
            );
        }
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        for (var time = 0; time < 2; time++)
        {
            var worker = await Site.TakeAsync(site.Workers, random);
            await FreezeAsync(site, worker);
            worker.IsHeld = false;
        }
    }

    private async Task FreezeAsync(Site site, Slot worker)
    {
        try
        {
            var leases = await Until.SeenAsync(
                $"{worker.Name} has a lease",
                async () => await LeasesAsync(site, worker) is { Count: > 0 } some ? some : null
            );
            var process = worker.Process!;
            await process.StopAsync();
            site.Note($"{worker.Name} is frozen with {leases.Count} leases");
            // Another takes what it held, or it ends as lost.
            for (var wait = 0; wait < 60 && (await LeasesAsync(site, worker)).Count > 0; wait++)
            {
                await PauseAsync(0.2);
            }
            await PauseAsync(0.5);
            process.Continue();
            site.Note($"{worker.Name} goes on");
            var lost = await site.Database.QueryAsync(
                $"""
                select count(*) as lost from scheduler_run_transitions t
                where t.note = 'lease lost' and exists (
                  select 1 from scheduler_run_transitions c
                  where c.run_id = t.run_id and c.lease_epoch = t.lease_epoch and c.to_state = 'RUNNING' and c.actor like '{worker.Name}-%'
                )
                """,
                row => (int)(long)row["lost"]!
            );
            site.Hit(Id, lost[0]);
        }
        catch (InvalidOperationException) when (worker.Process!.HasExited)
        {
            site.Note($"{worker.Name} had ended before it could be frozen");
        }
    }

    private static Task<List<string>> LeasesAsync(Site site, Slot worker) =>
        site.Database.QueryAsync(
            $"select run_id from pipeline_execution_queue where state = 'PROCESSING' and worker_id like '{worker.Name}-%'",
            row => (string)row["run_id"]!
        );
}
