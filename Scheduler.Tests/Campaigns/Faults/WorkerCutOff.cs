using System.Net;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Campaigns.Proxies;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// Workers are cut off for longer than a lease: one in both directions, one so that its calls do not arrive, one so that no answer does. In
/// network namespaces where the machine allows them, else by proxies that swallow what they should pass on.
/// </summary>
internal sealed class WorkerCutOff : CampaignFault
{
    private readonly Dictionary<Slot, TcpProxy> proxies = [];
    private readonly Dictionary<Slot, NetworkPlace> places = [];

    public override string Id => "F8";

    public override string Title => "workers cut off, one way and both, longer than a lease";

    // It takes the place of the proxies of F10.
    public override bool IsForMixes => false;

    public override async Task PrepareAsync(Site site, Random random)
    {
        site.Note(NetworkPlace.Unable ?? "workers run in network namespaces of their own");
        foreach (var worker in site.Workers)
        {
            var place = NetworkPlace.Unable is null ? site.Keep(await NetworkPlace.CreateAsync()) : null;
            if (place is not null)
            {
                places[worker] = place;
            }
            proxies[worker] = site.Keep(new TcpProxy(() => site.PortOf(site.InstanceOf(worker)), place?.Here));
        }
        site.ApiUrl = (worker, _) =>
            new Uri($"http://{places.GetValueOrDefault(worker)?.Here ?? IPAddress.Loopback}:{proxies[worker].Port}/");
        site.Launcher = worker => places.GetValueOrDefault(worker)?.Launcher ?? [];
    }

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        for (var number = 0; number < 10; number++)
        {
            await load.ConfigureAsync(
                site.Instances[0],
                "second_co",
                $"long {number}",
                1,
                MisfirePolicy.RunAll,
                ("duration_ms", 2_500)
            );
        }
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(Between(random, 1, 2));
        var workers = site.Workers.ToArray();
        random.Shuffle(workers);
        await Task.WhenAll(CutAsync(workers[0]), SilenceAsync(workers[1]), DeafenAsync(workers[2]));
        site.Note($"{workers[0].Name} is cut off, {workers[1].Name} is not heard, {workers[2].Name} hears nothing");
        await PauseAsync(Site.LeaseSeconds + Between(random, 2.5, 3.5));
        await Task.WhenAll(workers.Select(MendAsync));
        site.Note("the network is whole again");
        // Each of them has noticed.
        await EndToEnd.Harness.Until.TrueAsync(
            "the workers say that they were cut off",
            () => workers.Count(IsNoticed) == workers.Length
        );
        site.Hit(Id, workers.Count(IsNoticed));
    }

    private static bool IsNoticed(Slot worker) =>
        worker.Processes.Any(process =>
            process.Output.Contains("API cannot be reached", StringComparison.Ordinal)
            || process.Output.Contains("lease is lost", StringComparison.Ordinal)
        );

    private async Task CutAsync(Slot worker)
    {
        if (places.TryGetValue(worker, out var place))
        {
            await place.CutAsync();
            return;
        }
        proxies[worker].SwallowsRequests = proxies[worker].SwallowsReplies = true;
    }

    private async Task SilenceAsync(Slot worker)
    {
        if (places.TryGetValue(worker, out var place))
        {
            await place.SilenceAsync();
            return;
        }
        proxies[worker].SwallowsRequests = true;
    }

    private async Task DeafenAsync(Slot worker)
    {
        if (places.TryGetValue(worker, out var place))
        {
            await place.DeafenAsync();
            return;
        }
        proxies[worker].SwallowsReplies = true;
    }

    private async Task MendAsync(Slot worker)
    {
        if (places.TryGetValue(worker, out var place))
        {
            await place.MendAsync();
        }
        proxies[worker].SwallowsRequests = proxies[worker].SwallowsReplies = false;
        // What was swallowed leaves a broken stream behind.
        proxies[worker].CutAll();
    }
}
