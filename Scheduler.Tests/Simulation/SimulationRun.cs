using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Judging;

namespace Scheduler.Tests.Simulation;

/// <summary>One history of a scenario, from the first customer to the end of the quiet phase, or to the first promise broken.</summary>
internal sealed class SimulationRun : IDisposable
{
    private readonly Scenario scenario;

    /// <summary>What is parked, retried and held for a day has ended by then.</summary>
    private static readonly Duration LongestQuiet = Duration.FromDays(6);
    private static readonly Duration Patience = Duration.FromHours(6);
    private static readonly Duration LookAgain = Duration.FromHours(1);

    private readonly World world;
    private readonly Weather weather;

    public SimulationRun(Scenario scenario, ISqlEngine engine, IStoreView view, bool keepsLines = false)
    {
        this.scenario = scenario;
        world = new World(scenario, engine, view, keepsLines);
        weather = new Weather(world);
    }

    public SimulationResult Execute()
    {
        Open();
        for (var day = 1; day <= scenario.Days; day++)
        {
            world.Loop.RunUntil(scenario.Start + Duration.FromDays(day), () => world.IsOver);
            Check();
        }
        Heal();
        if (world.Loop.Crash is { } crash)
        {
            world.Break("crash", crash.ToString());
        }
        var runs = world.CountRuns();
        world.History.Note(world.Loop.Now, "end", $"{runs} runs, {world.Loop.Steps} steps");
        return new SimulationResult(
            scenario,
            world.Violation,
            world.History,
            runs,
            world.Loop.Steps,
            world.Server.Scripts
        );
    }

    public void Dispose() => world.Dispose();

    private void Open()
    {
        foreach (var customer in scenario.Customers)
        {
            world.Onboard(customer);
            foreach (var pipeline in customer.Pipelines)
            {
                world.Configure(customer.Id, pipeline);
            }
        }
        world.Replace();
        weather.Begin();
    }

    private void Check()
    {
        if (!world.IsOver)
        {
            world.Judge.Check();
        }
    }

    /// <summary>
    /// Faults stop and what they did is undone. After one more pass of the trigger no new work comes, and what is there must end.
    /// </summary>
    private void Heal()
    {
        if (world.IsOver)
        {
            return;
        }
        var calm = world.Loop.Now;
        weather.CalmDown();
        world.Loop.RunUntil(calm + Patience, () => world.IsOver || world.Expected.Passes.Max > calm);
        weather.TriggersRest = true;
        if (!(world.Expected.Passes.Max > calm))
        {
            world.Break("I3", $"No pass of the trigger came to its end in {Patience}.");
            return;
        }
        var lastPass = world.Expected.Passes.Max;
        // Runs that queue up behind each other may take longer in all: as long as there are fewer and fewer, it goes on.
        var (open, last) = (world.CountOpen(), world.Loop.Now + LongestQuiet);
        while (!world.IsOver && open > 0 && world.Loop.Now < last)
        {
            world.Loop.RunUntil(world.Loop.Now + LookAgain, () => world.IsOver);
            if (world.CountOpen() is var left && left < open)
            {
                (open, last) = (left, world.Loop.Now + LongestQuiet);
            }
        }
        Check();
        world.Judge.CheckHealed(lastPass);
    }
}
