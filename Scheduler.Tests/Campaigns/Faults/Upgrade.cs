using Scheduler.Tests.Campaigns.Recovery;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// The installation is an older version's, and each process in turn is replaced by one of this version, so that for a while both work on
/// one database. The first new instance brings the schema up to date.
/// </summary>
internal sealed class Upgrade(OldVersion old, int workers) : Drains(workers)
{
    private readonly HashSet<Slot> replaced = [];

    public override bool BringsSchema => true;

    public override bool IsJournalWhole => false;

    public override async Task PrepareAsync(Site site, Random random)
    {
        await base.PrepareAsync(site, random);
        site.Program = (slot, project) => replaced.Contains(slot) ? null : old.Program(project);
    }

    protected override Slot[] Order(Site site, Random random) => [.. site.Instances, .. site.Workers];

    protected override Task ReplaceAsync(Site site, Slot slot)
    {
        replaced.Add(slot);
        return base.ReplaceAsync(site, slot);
    }
}
