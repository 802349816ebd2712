namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>The server loses all that is not on disk, and comes back.</summary>
internal sealed class DatabaseStopped : CampaignFault
{
    public override string Id => "F3";

    public override string Title => "immediate stop of PostgreSQL and start";

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        for (var time = 0; time < 2; time++)
        {
            await PauseAsync(Between(random, 1, 2.5));
            await site.Server!.StopImmediatelyAsync();
            site.Note("the database was stopped");
            await PauseAsync(Between(random, 0.2, 2));
            await site.Server.StartAgainAsync();
            site.Note("the database is back");
            site.Hit(Id);
        }
    }
}
