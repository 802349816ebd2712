using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation;

/// <summary>
/// The faults that come with time, and what is done about them: processes die, stand still, are told to go, and are replaced; the store and
/// the provider are away; customers change their minds.
/// </summary>
internal sealed class Weather(World world)
{
    private static readonly Duration LookAgain = Duration.FromMinutes(7);
    private readonly Random rhythm = world.Stream("rhythm");
    private Instant quietUntil;

    /// <summary>Nobody triggers any more.</summary>
    public bool TriggersRest { get; set; }

    private EventLoop Loop => world.Loop;

    public void Begin()
    {
        Repeat(Duration.FromMinutes(1), Duration.FromMinutes(12), world.Replace);
        Repeat(world.Scenario.TriggerEvery * 0.9, world.Scenario.TriggerEvery * 1.1, Trigger);
        AtTimes(Fault.WorkerCrash, 6, whileBusy: true, CrashWorker);
        AtTimes(Fault.Freeze, 8, whileBusy: true, Freeze);
        AtTimes(Fault.Partition, 8, whileBusy: true, Part);
        AtTimes(Fault.Drain, 12, whileBusy: false, Drain);
        AtTimes(Fault.ClockSkew, 24, whileBusy: false, Skew);
        AtTimes(Fault.StoreOutage, 24, whileBusy: false, LoseStore);
        AtTimes(Fault.ProviderOutage, 24, whileBusy: false, LoseProvider);
        AtTimes(Fault.MissedTriggers, 48, whileBusy: false, MissTriggers);
        AtTimes(Fault.Interference, 12, whileBusy: false, Interfere);
    }

    /// <summary>No more faults, and what the last ones did is undone.</summary>
    public void CalmDown()
    {
        world.Faults.IsQuiet = true;
        quietUntil = Loop.Now;
        world.Server.AwayUntil = Loop.Now;
        world.Provider.AwayUntil = Loop.Now;
        foreach (var instance in world.Instances)
        {
            instance.Node.Thaw();
        }
        foreach (var worker in world.Workers)
        {
            worker.Node.Thaw();
            worker.Link.CutUntil = Loop.Now;
        }
        foreach (var customer in world.Scenario.Customers)
        {
            if (!world.Expected.IsRunnable(customer.Id, Loop.Now))
            {
                world.Suspend(customer.Id, suspended: false);
            }
        }
    }

    private void Trigger()
    {
        if (TriggersRest || Loop.Now < quietUntil)
        {
            return;
        }
        world.Trigger();
        if (world.Faults.Hits(Fault.RepeatedTrigger, 0.1, "trigger"))
        {
            var random = world.Faults.Stream(Fault.RepeatedTrigger);
            for (var times = random.Next(1, 8); times > 0; times--)
            {
                Loop.After(random.Between(Duration.Zero, Duration.FromMilliseconds(200)), world.Trigger);
            }
        }
    }

    private void CrashWorker(Random random)
    {
        var worker = random.Pick(world.Workers);
        worker.Node.Kill();
    }

    /// <summary>Often for longer than a lease lasts.</summary>
    private void Freeze(Random random)
    {
        var nodes = world.Workers.Select(worker => worker.Node).Concat(world.Instances.Select(api => api.Node));
        var node = random.Pick(nodes.ToList());
        node.Freeze();
        Loop.After(random.Between(Duration.FromSeconds(5), world.Scenario.Lease * 3), node.Thaw);
    }

    private void Part(Random random)
    {
        var link = random.Pick(world.Workers).Link;
        link.CutUntil = Loop.Now + random.Between(Duration.FromSeconds(5), world.Scenario.Lease * 3);
    }

    private void Drain(Random random)
    {
        if (random.Happens(0.5))
        {
            random.Pick(world.Workers).Drain();
        }
        else
        {
            random.Pick(world.Instances).Stop();
        }
    }

    private void Skew(Random random)
    {
        var nodes = world.Workers.Select(worker => worker.Node).Concat(world.Instances.Select(api => api.Node));
        random.Pick(nodes.ToList()).Time.Skew += random.Pick([
            Duration.FromHours(-1),
            Duration.FromDays(1),
            Duration.FromMinutes(10),
        ]);
    }

    private void LoseStore(Random random) =>
        world.Server.AwayUntil = Loop.Now + random.Between(Duration.FromMinutes(1), Duration.FromHours(1));

    private void LoseProvider(Random random) =>
        world.Provider.AwayUntil = Loop.Now + random.Between(Duration.FromMinutes(5), Duration.FromHours(3));

    private void MissTriggers(Random random) =>
        quietUntil = Loop.Now + random.Between(Duration.FromHours(1), Duration.FromHours(40));

    private void Interfere(Random random)
    {
        var customer = random.Pick(world.Scenario.Customers);
        var own = world.Expected.ConfigIds.Where(id => world.Expected.CustomerOf(id) == customer.Id).ToList();
        switch (random.Next(6))
        {
            case 0:
                // The same name: a change of the one that is there, which may bring it back to life.
                world.Configure(
                    customer.Id,
                    Scenario.Pipeline(random.Pick(customer.Pipelines).Name, customer.Zone, random)
                );
                break;
            case 1:
                world.SwitchOff(customer.Id, random.Pick(own));
                break;
            case 2 when world.Expected.IsRunnable(customer.Id, Loop.Now):
                world.Suspend(customer.Id, suspended: true);
                Loop.After(
                    random.Between(Duration.FromMinutes(10), Duration.FromHours(40)),
                    () => world.Suspend(customer.Id, suspended: false)
                );
                break;
            case 3:
                world.Buy(customer.Id, random.Pick(Enum.GetValues<SubscriptionPlan>()));
                break;
            default:
                world.CancelSomething(random);
                break;
        }
    }

    /// <summary>Lets a fault hit every so many hours; one that is to meet work waits for some.</summary>
    private void AtTimes(Fault fault, double hours, bool whileBusy, Action<Random> hit)
    {
        if (!world.Scenario.Faults.Contains(fault))
        {
            return;
        }
        var random = world.Faults.Stream(fault);
        Next();

        void Next() => Loop.After(random.Between(Duration.Zero, Duration.FromHours(2 * hours)), Try);

        void Try()
        {
            if (whileBusy && !world.Journal.Open.Any() && !world.Faults.IsQuiet)
            {
                Loop.After(random.Between(Duration.Zero, LookAgain * 2), Try);
                return;
            }
            if (world.Workers.Count > 0 && world.Instances.Count > 0 && world.Faults.Hits(fault, 1, "comes"))
            {
                hit(random);
            }
            Next();
        }
    }

    private void Repeat(Duration least, Duration most, Action action)
    {
        Loop.After(
            rhythm.Between(least, most),
            () =>
            {
                action();
                Repeat(least, most, action);
            }
        );
    }
}
