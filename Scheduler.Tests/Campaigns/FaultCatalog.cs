using Scheduler.Tests.Campaigns.Faults;
using Scheduler.Tests.Simulation;

namespace Scheduler.Tests.Campaigns;

/// <summary>Makes the faults; each campaign has its own.</summary>
internal static class FaultCatalog
{
    private static readonly Func<CampaignFault>[] Makers =
    [
        () => new WorkerKilled(),
        () => new ApiKilled(),
        () => new DatabaseStopped(),
        () => new ConnectionsCut(),
        () => new SlowDatabase(),
        () => new ClocksWrong(),
        () => new TriggersRepeated(),
        () => new WorkerCutOff(),
        () => new WorkerFrozen(),
        () => new CallsRepeated(),
        () => new PoisonPipelines(),
        () => new Storm(),
        () => new LimitRaces(),
        () => new KeysAway(),
        () => new Drains(),
        () => new DiskFull(),
    ];

    public static IReadOnlyList<string> Ids { get; } = [.. Makers.Select(make => make().Id)];

    public static CampaignFault Create(string id) => Makers.Select(make => make()).Single(fault => fault.Id == id);

    /// <summary>Two or three faults that can stand beside each other.</summary>
    public static IReadOnlyList<CampaignFault> Mix(int seed)
    {
        var random = new Chance(seed).Of("mix");
        var able = Makers.Select(make => make()).Where(fault => fault.IsForMixes && fault.Unable is null).ToArray();
        random.Shuffle(able);
        return [.. able.Take(random.Next(2, 4)).OrderBy(fault => Array.IndexOf([.. Ids], fault.Id))];
    }
}
