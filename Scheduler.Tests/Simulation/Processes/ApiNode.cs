using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Refit;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Duties;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>An instance of the API: the trigger, the desk where leases are given out, and the duties, put together as the host does.</summary>
internal sealed class ApiNode : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<PassTap, Trigger> trigger;
    private readonly StoreLink store;
    private readonly LeaseDesk desk;
    private readonly EventLoop world;
    private readonly History history;

    public ApiNode(
        Node node,
        StoreLink store,
        Scenario scenario,
        IIdSource ids,
        Random random,
        EventLoop loop,
        History history
    )
    {
        Node = node;
        world = loop;
        this.history = history;
        var clock = new OperationClock(store);
        var signal = new QueueSignal();
        var queue = new QueueStore(store, clock);
        var leases = new LeaseOptions { Lease = scenario.Lease, PollInterval = Duration.FromMinutes(5) };
        this.store = store;
        trigger = tap => new Trigger(
            new ScheduleStore(tap),
            clock,
            ids,
            new TriggerOptions(),
            signal,
            node.Time,
            new NoFailpoints(),
            NullLogger<Trigger>.Instance
        );
        desk = new LeaseDesk(queue, ids, leases, signal, node.Time, random, NullLogger<LeaseDesk>.Instance);
        Api = new DeskApi(desk);
        var reaper = new LeaseReaper(queue, desk, clock, leases, NullLogger<LeaseReaper>.Instance);
        var alerts = new QuotaAlerts(new StatusStore(store, clock), clock);
        var duties = new DutyStore(store, clock);
        Begin(
            duties,
            "lost_leases",
            Duration.Max(scenario.Lease / 3, Duration.FromMinutes(10)),
            async token => await reaper.ReapAsync(token)
        );
        Begin(duties, "parked_items", Duration.FromMinutes(30), reaper.ReleaseAsync);
        Begin(duties, "overdue_items", Duration.FromHours(1), async token => await reaper.SkipOverdueAsync(token));
        Begin(duties, "finished_items", Duration.FromDays(1), async token => await reaper.PurgeAsync(token));
        Begin(duties, "quota_alerts", Duration.FromHours(12), async token => await alerts.ResolveAsync(token));
    }

    public Node Node { get; }

    /// <summary>What workers call.</summary>
    public ISchedulerApi Api { get; }

    /// <summary>Whether it takes calls.</summary>
    public bool IsUp => Node.IsAlive && !stopping.IsCancellationRequested;

    /// <summary>Makes a pass of the trigger; <paramref name="done"/> hears by what time one decided that came to its end.</summary>
    public void Trigger(Action<Instant> done) =>
        Node.Run(async () =>
        {
            var tap = new PassTap(store);
            try
            {
                await trigger(tap).RunAsync(new TriggerRequest(), CancellationToken.None);
                done(tap.Now!.Value);
            }
            catch (StorageUnavailableException)
            {
                history.Note(world.Now, Node.Name, "trigger failed");
            }
        });

    /// <summary>Ends it in order: it takes no calls any more, and gives up what it leads.</summary>
    public void Stop() =>
        Node.Run(() =>
        {
            stopping.Cancel();
            return Task.CompletedTask;
        });

    public void Dispose() => stopping.Dispose();

    /// <summary>One duty's loop, as the host has it.</summary>
    private void Begin(DutyStore store, string duty, Duration interval, Func<CancellationToken, Task> pass)
    {
        var leadership = new Leadership(store, duty, Node.Name, interval * 2, Node.Time, NullLogger.Instance);
        var loop = new DutyLoop(duty, interval.ToTimeSpan(), pass, leadership, Node.Time, NullLogger.Instance);
        Node.Run(() => loop.RunAsync(stopping.Token));
    }

    private sealed class DeskApi(LeaseDesk desk) : ISchedulerApi
    {
        private readonly LeaseDeskApi api = new(desk);

        /// <summary>As the endpoint: what was leased for a caller who has hung up is given back.</summary>
        public async Task<ApiResponse<LeaseResponse>> LeaseAsync(
            ProcessQueueRequest request,
            CancellationToken cancellationToken
        )
        {
            var answer = await api.LeaseAsync(request, cancellationToken);
            if (cancellationToken.IsCancellationRequested && answer.Content is { Items: { Count: > 0 } items })
            {
                await desk.GiveBackAsync(request.WorkerId!, items);
            }
            return answer;
        }

        public Task<ApiResponse<HeartbeatResponse>> HeartbeatAsync(
            HeartbeatRequest request,
            CancellationToken cancellationToken
        ) => api.HeartbeatAsync(request, cancellationToken);

        public Task<ApiResponse<ResultsResponse>> ReportAsync(
            ResultsRequest request,
            CancellationToken cancellationToken
        ) => api.ReportAsync(request, cancellationToken);
    }
}
