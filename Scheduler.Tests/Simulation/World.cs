using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Judging;
using Scheduler.Tests.Simulation.Loop;
using Scheduler.Tests.Simulation.Processes;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation;

/// <summary>Everything of one history: the database, the processes, the customers, and who watches them.</summary>
internal sealed class World : IDisposable
{
    private static readonly Duration LongestHistory = Duration.FromDays(10);

    private readonly Chance chance;
    private readonly IStoreView view;
    private readonly Office office;
    private readonly SeededIds ids;
    private readonly Random calls;
    private readonly List<ApiNode> instances = [];
    private readonly List<WorkerNode> workers = [];
    private readonly List<IDisposable> all = [];
    private int processes;

    public World(Scenario scenario, ISqlEngine engine, IStoreView view, bool keepsLines)
    {
        Scenario = scenario;
        this.view = view;
        chance = new Chance(scenario.Seed);
        History = new History(keepsLines);
        Loop = new EventLoop(scenario.Start, chance.Of("order"));
        Server = new StoreServer(engine, Loop, History);
        Faults = new FaultPlan(scenario, chance, Loop, History);
        Expected = new Expectations(scenario.Start, scenario.End + LongestHistory);
        Journal = new Journal(Loop, scenario.IsMild, Break);
        Acknowledgements = new Acknowledgements();
        Judge = new Judge(() => Loop.Now, view, Expected, Journal.Of, () => Acknowledgements.Accepted, Break);
        Server.Before = Judge.BeforeScript;
        Server.After = Judge.AfterScript;
        Provider = new Provider(Loop);
        ids = new SeededIds(scenario.Seed);
        office = new Office(new DirectStore(Server), ids);
        calls = chance.Of("calls");
    }

    public Scenario Scenario { get; }
    public EventLoop Loop { get; }
    public StoreServer Server { get; }
    public FaultPlan Faults { get; }
    public Expectations Expected { get; }
    public Journal Journal { get; }
    public Acknowledgements Acknowledgements { get; }
    public Judge Judge { get; }
    public History History { get; }
    public Provider Provider { get; }
    public IReadOnlyList<ApiNode> Instances => instances;
    public IReadOnlyList<WorkerNode> Workers => workers;

    /// <summary>The first promise that was broken.</summary>
    public Violation? Violation { get; private set; }

    public bool IsOver => Violation is not null || Loop.Crash is not null;

    public Random Stream(string concern) => chance.Of(concern);

    public void Break(string invariant, string what) => Violation ??= new Violation(invariant, Loop.Now, what);

    public void StartInstance()
    {
        var node = NewNode("api");
        var link = new StoreLink(Server, Loop, Faults, node, chance.Of($"{node.Name} store"));
        var instance = new ApiNode(node, link, Scenario, ids, chance.Of(node.Name), Loop, History);
        instances.Add(instance);
        all.Add(instance);
    }

    public void StartWorker()
    {
        var node = NewNode("worker");
        var link = new ApiLink(node, PickInstance, Loop, Faults, Acknowledgements, chance.Of($"{node.Name} network"));
        var runner = new JournalledRunner(Runners.Create(node.Time), node, Journal, Provider, Faults);
        var worker = new WorkerNode(node, link, runner, Scenario.Concurrency, chance.Of(node.Name));
        workers.Add(worker);
        all.Add(worker);
    }

    /// <summary>Starts a process for each that has gone.</summary>
    public void Replace()
    {
        instances.RemoveAll(instance => !instance.IsUp);
        workers.RemoveAll(worker => !worker.Node.IsAlive);
        while (instances.Count < Scenario.Instances)
        {
            StartInstance();
        }
        while (workers.Count < Scenario.Workers)
        {
            StartWorker();
        }
    }

    /// <summary>Calls the trigger of some instance, as a timer outside would.</summary>
    public void Trigger()
    {
        if (PickInstance() is { } instance)
        {
            instance.Trigger(pass => Expected.Passed(pass, Loop.Now));
        }
    }

    public void Onboard(CustomerPlan customer)
    {
        office.Onboard(customer, Loop.Now);
        Expected.Onboarded(customer, Loop.Now);
    }

    public void Configure(string customerId, PipelinePlan plan)
    {
        var config = office.Configure(customerId, plan);
        Expected.Configured(customerId, config.ConfigId, plan, Loop.Now);
        History.Note(Loop.Now, customerId, $"configures {config.ConfigId}: {plan}");
    }

    public void SwitchOff(string customerId, string configId)
    {
        office.SwitchOff(customerId, configId);
        Expected.Configured(customerId, configId, null, Loop.Now);
        History.Note(Loop.Now, customerId, $"switches {configId} off");
    }

    public void Suspend(string customerId, bool suspended)
    {
        office.SetStatus(customerId, suspended ? CustomerStatus.Suspended : CustomerStatus.Active);
        Expected.Stands(customerId, !suspended, Loop.Now);
        History.Note(Loop.Now, customerId, suspended ? "is suspended" : "is back");
    }

    public void Buy(string customerId, SubscriptionPlan plan)
    {
        office.SetPlan(customerId, plan);
        Expected.Buys(customerId, Wire.Name(plan));
        History.Note(Loop.Now, customerId, $"buys {plan}");
    }

    /// <summary>Asks a run that is being executed to stop.</summary>
    public void CancelSomething(Random random)
    {
        if (Journal.Open.ToList() is { Count: > 0 } open)
        {
            var execution = random.Pick(open);
            office.Cancel(execution.RunId, Loop.Now);
            History.Note(Loop.Now, "office", $"cancels {execution.RunId}");
        }
    }

    /// <summary>How many runs there are.</summary>
    public int CountRuns() => view.Runs().Count;

    /// <summary>How many items have not ended.</summary>
    public int CountOpen() => view.OpenItems().Count;

    public void Dispose()
    {
        all.ForEach(process => process.Dispose());
    }

    private ApiNode? PickInstance()
    {
        var up = instances.FindAll(instance => instance.IsUp);
        return up.Count == 0 ? null : calls.Pick(up);
    }

    private Node NewNode(string role)
    {
        var name = $"{role}-{++processes}";
        var skew = Faults.Hits(Fault.ClockSkew, 0.5, name)
            ? Faults.Stream(Fault.ClockSkew).Between(Duration.FromMinutes(-10), Duration.FromMinutes(10))
            : Duration.Zero;
        History.Note(Loop.Now, name, "starts");
        return new Node(Loop, name, skew);
    }
}
