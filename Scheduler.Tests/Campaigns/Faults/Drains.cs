using Scheduler.Core.Scheduling;
using Scheduler.Tests.Campaigns.Judging;
using Scheduler.Tests.Campaigns.Proxies;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// Every process in turn is told to end by SIGTERM and is replaced, as a rolling update does it. Workers ask whichever instance answers, as
/// behind a load balancer. No lease may be lost over it under which anything was begun; one whose answer crossed with its worker's end may.
/// </summary>
internal class Drains(int workers = CampaignFault.UsualWorkers) : CampaignFault
{
    /// <summary>The worker's grace, 2.5 s for reports, and some for a busy machine.</summary>
    private const double MostSeconds = 12;

    private readonly Dictionary<Slot, TcpProxy> balancers = [];

    public override string Id => "F15";

    public override string Title => "SIGTERM in turns: drains and a rolling restart under load";

    // Its balancers take the place of the proxies of F10, and other faults lose leases.
    public override bool IsForMixes => false;

    public override bool StandsAlone => true;

    public override int Workers => workers;

    public override Task PrepareAsync(Site site, Random random)
    {
        foreach (var worker in site.Workers)
        {
            balancers[worker] = site.Keep(new TcpProxy(() => site.PortOf(NextFor(site, worker))));
        }
        site.ApiUrl = (worker, _) => new Uri($"http://127.0.0.1:{balancers[worker].Port}/");
        return Task.CompletedTask;
    }

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        // Its leases would be lost wherever its instance goes down in between.
        load.HasOwnWorker = false;
        for (var number = 0; number < 20; number++)
        {
            await load.ConfigureAsync(
                site.Instances[0],
                "second_co",
                $"long {number}",
                1,
                MisfirePolicy.RunAll,
                ("duration_ms", random.Next(500, 4_000))
            );
        }
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(0.5);
        foreach (var slot in Order(site, random))
        {
            await ReplaceAsync(site, slot);
            site.Hit(Id);
        }
    }

    protected virtual Slot[] Order(Site site, Random random)
    {
        var slots = site.Slots.ToArray();
        random.Shuffle(slots);
        return slots;
    }

    protected virtual Task ReplaceAsync(Site site, Slot slot) => site.ReplaceAsync(slot, MostSeconds);

    public override async Task<IReadOnlyList<string>> JudgeAsync(Site site)
    {
        var executions = Journals.Read(site.JournalFolder, (_, _) => { });
        var lost = await site.Database.QueryAsync(
            $"select run_id, lease_epoch from scheduler_run_transitions where note = '{LeaseEnd.Lost}'",
            row => (RunId: (string)row["run_id"]!, Epoch: (long)row["lease_epoch"]!)
        );
        site.Note($"{lost.Count} leases were lost");
        return
        [
            .. lost.Where(lease => executions[lease.RunId].Any(execution => execution.Epoch == lease.Epoch))
                .Select(lease => $"I2 Run {lease.RunId} was begun under lease {lease.Epoch} and lost over a drain."),
        ];
    }

    /// <summary>The worker's own instance while it is up, else the next.</summary>
    private static Slot NextFor(Site site, Slot worker)
    {
        var first = site.Instances.IndexOf(site.InstanceOf(worker));
        var inOrder = site.Instances.Skip(first).Concat(site.Instances.Take(first)).ToList();
        return inOrder.Find(instance => instance is { IsUp: true, IsHeld: false }) ?? inOrder[0];
    }
}
