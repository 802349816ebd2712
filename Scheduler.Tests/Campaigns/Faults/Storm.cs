using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// Two huge customers have thousands of occurrences due at once, and small ones one or two each. Between customers the queue goes in
/// rounds, so a small one's run is claimed before anybody has had more than a few turns.
/// </summary>
internal sealed class Storm : CampaignFault
{
    private const int MostCaughtUp = 100;
    private const int SmallCustomers = 10;
    private const int Slots = 20;

    /// <summary>How many pipelines with a hundred occurrences each of the two has.</summary>
    private readonly int pipelines = int.TryParse(
        Environment.GetEnvironmentVariable("CAMPAIGN_STORM"),
        out var occurrences
    )
        ? occurrences / (2 * MostCaughtUp)
        : 25;

    private readonly List<string> all = [];

    public override string Id => "F12";

    public override string Title => "storm of thousands due at once, few of them small customers'";

    public override bool IsForMixes => false;

    /// <summary>A hundred runs a second.</summary>
    public override Duration Work => Duration.FromMilliseconds(10) * Runs;

    private int Runs => 2 * pipelines * MostCaughtUp;

    public override Task PrepareAsync(Site site, Random random)
    {
        site.WorkerSettings["WORKER_CONCURRENCY"] = $"{Slots}";
        return Task.CompletedTask;
    }

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        load.HasOwnWorker = false;
        for (var number = 0; number < SmallCustomers; number++)
        {
            await load.OnboardAsync($"tiny_{number}", SubscriptionPlan.Starter);
        }
        for (var number = 0; number < pipelines; number++)
        {
            all.Add(await AddAsync("large_co", $"storm {number}", MostCaughtUp));
            all.Add(await AddAsync("second_co", $"storm {number}", MostCaughtUp));
        }
        for (var number = 0; number < SmallCustomers; number++)
        {
            all.Add(await AddAsync($"tiny_{number}", "one", 2));
        }

        Task<string> AddAsync(string customer, string name, int times) =>
            load.ConfigureAsync(
                site.Instances[0],
                customer,
                EndToEnd.Harness.PipelineRequests.Probe(name, ("duration_ms", 5)) with
                {
                    MisfirePolicy = MisfirePolicy.RunAll,
                    OverlapPolicy = OverlapPolicy.Allow,
                },
                times
            );
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(1);
        await load.MakeDueAsync(all);
        await load.TriggerAsync(site.Instances[0]);
        var made = await EndToEnd.Harness.Until.SeenAsync(
            "the storm is queued",
            async () =>
            {
                var count = await site.Database.QueryAsync(
                    "select count(*) as runs from scheduled_pipeline_runs",
                    row => (long)row["runs"]!
                );
                return count[0] >= Runs ? (object)count[0] : null;
            },
            (Work + Duration.FromSeconds(30)).ToTimeSpan()
        );
        site.Note($"{made} runs are there");
        site.Hit(Id, (int)(long)made);
    }

    /// <summary>
    /// I10: a small customer may run one at a time. From when a run of it is there and has room, each of the others has one turn before it,
    /// twice over; what workers had claimed ahead before it came is left out.
    /// </summary>
    public override async Task<IReadOnlyList<string>> JudgeAsync(Site site)
    {
        // A run is there for claims when its plan is committed, which may be long after its row was written.
        var order = site.Database.IsPostgres ? "pg_xact_commit_timestamp(t.xmin), t.transition_id" : "t.transition_id";
        var moves = await site.Database.QueryAsync(
            $"""
            select t.run_id, r.customer_id, t.from_state, t.to_state
            from scheduler_run_transitions t join scheduled_pipeline_runs r on r.run_id = t.run_id
            order by {order}
            """,
            row =>
                (
                    RunId: (string)row["run_id"]!,
                    Customer: (string)row["customer_id"]!,
                    From: (string?)row["from_state"],
                    To: (string)row["to_state"]!
                )
        );
        var most = 2 * (moves.Select(move => move.Customer).Distinct().Count() + (2 * Slots * site.Workers.Count));
        var born = new Dictionary<string, int>(StringComparer.Ordinal);
        var hasRoom = new Dictionary<string, int>(StringComparer.Ordinal);
        var violations = new List<string>();
        var claims = 0;
        foreach (var (run, customer, from, to) in moves)
        {
            if (from is null)
            {
                born[run] = claims;
            }
            else if (from == "RUNNING")
            {
                hasRoom[customer] = claims;
            }
            if (to != "RUNNING")
            {
                continue;
            }
            var waited = claims - Math.Max(born[run], hasRoom.GetValueOrDefault(customer));
            if (waited > most && customer.StartsWith("tiny_", StringComparison.Ordinal))
            {
                violations.Add($"I10 Run {run} of {customer} waited for {waited} claims; {most} are twice its share.");
            }
            claims++;
        }
        return violations;
    }
}
