namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Eight triggers at once, at all instances, beside their ticks.</summary>
internal sealed class TriggersRepeated : CampaignFault
{
    private const int AtOnce = 8;

    public override string Id => "F7";

    public override string Title => "eight triggers at once at three instances";

    public override bool IsForSqlite => true;

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        for (var round = 0; round < 8; round++)
        {
            await PauseAsync(Between(random, 0.2, 0.8));
            var answers = await Task.WhenAll(
                Enumerable
                    .Range(0, AtOnce)
                    .Select(call => load.TriggerAsync(site.Instances[call % site.Instances.Count]))
            );
            // One alone is no race.
            site.Hit(Id, answers.Count(isWell => isWell) > 1 ? 1 : 0);
        }
    }
}
