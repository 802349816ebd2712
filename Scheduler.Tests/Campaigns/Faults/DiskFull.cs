namespace Scheduler.Tests.Campaigns.Faults;

internal sealed class DiskFull : CampaignFault
{
    public override string Id => "F16";
    public override string Title => "todo";
    public override bool IsForMixes => false;

    public override Task StrikeAsync(Site site, Load load, Random random) => Task.CompletedTask;
}
