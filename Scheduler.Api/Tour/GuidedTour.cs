using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Quotas;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Tour;

/// <summary>Leads through the system's first minute: what is due, what runs, what comes out of it, and what to try next.</summary>
internal sealed class GuidedTour(
    CustomerStore customers,
    PipelineConfigStore configs,
    TourSetUp setUp,
    RunFollower follower,
    Trigger trigger,
    IDatasetReader datasets,
    IClock clock,
    TextWriter output
)
{
    private const int MostPipelines = 100;
    private static readonly Duration LongestWait = Duration.FromSeconds(60);

    /// <param name="address">Where the API listens.</param>
    /// <param name="keyFile">The file of the admin key; null when the key came from the environment.</param>
    public async Task RunAsync(string address, string? keyFile, CancellationToken cancellationToken)
    {
        output.WriteLine($"Scheduler listens on {address}. It triggers, runs and keeps everything by itself.");
        if (!await IsOursAsync(cancellationToken))
        {
            output.WriteLine("Its database has customers of its own: the tour leaves them alone and adds nothing.");
            return;
        }
        await BeginAsync(cancellationToken);
        await CostAsync(cancellationToken);
        Title("What to try next");
        Lines(NextSteps.Render(address, keyFile is null ? null : Path.GetRelativePath(".", keyFile)));
        output.WriteLine();
        output.WriteLine("It goes on: what becomes due is run. Ctrl+C stops it; the next start carries on from here.");
    }

    /// <summary>An empty database, or one that the tour has begun with.</summary>
    private async Task<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        if (await customers.CountAsync(cancellationToken) == 0)
        {
            return true;
        }
        var first = TourCast.Customers[0].CustomerId;
        return await customers.StandingAsync(first, cancellationToken) is not null;
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        var known = await PipelinesAsync(cancellationToken);
        if (known.Count < TourCast.Customers.Sum(customer => customer.Pipelines.Count))
        {
            Title("Set up");
            Lines(TourCast.Customers.SelectMany(Describe));
            var configured = await setUp.RunAsync(cancellationToken);
            Title("What is due");
            Lines(DueTable.Render(configured, now));
            Title("What happens");
        }
        else
        {
            Title("The tour carries on");
            Lines([await StockAsync(cancellationToken)]);
            Title("What is due");
            Lines(DueTable.Render(known, now));
            Title("What happens");
            await trigger.RunAsync(new TriggerRequest(), cancellationToken);
        }
        var anything = await follower.FollowAsync(LongestWait, cancellationToken);
        Lines([anything ? await StockAsync(cancellationToken) : "Nothing has become due since the last time."]);
    }

    private async Task CostAsync(CancellationToken cancellationToken)
    {
        foreach (var customer in TourCast.Customers)
        {
            if (!DatasetId.TryCreate(customer.CustomerId, out var dataset, out _))
            {
                continue;
            }
            var costs = await datasets.CostByServiceAsync(dataset, null, null, cancellationToken);
            Title($"What {customer.CompanyName} pays for, from cost_daily");
            Lines(costs.Count == 0 ? ["Nothing is loaded yet."] : CostTable.Render(costs));
        }
    }

    private async Task<string> StockAsync(CancellationToken cancellationToken)
    {
        var ended = await follower.TakeStockAsync(cancellationToken);
        int Count(RunState state) => ended.GetValueOrDefault(state);
        var pipelines = await PipelinesAsync(cancellationToken);
        return $"{TourCast.Customers.Count} customers, {pipelines.Count} pipelines; runs so far: "
            + $"{Count(RunState.Completed)} completed, {Count(RunState.Failed)} failed, {Count(RunState.Skipped)} skipped";
    }

    private async Task<List<PipelineConfig>> PipelinesAsync(CancellationToken cancellationToken)
    {
        var all = new List<PipelineConfig>();
        foreach (var customer in TourCast.Customers)
        {
            all.AddRange(await configs.ListAsync(customer.CustomerId, null, null, MostPipelines, cancellationToken));
        }
        return all;
    }

    private static IEnumerable<string> Describe(TourCustomer customer)
    {
        PlanCatalog.TryFind(Wire.Name(customer.Plan), out var plan);
        return
        [
            $"{customer.CompanyName}, {plan!.Name}: {plan.MaxPipelinesPerDay} runs a day, {plan.MaxConcurrentPipelines} at a time",
            .. customer.Pipelines.Select(pipeline =>
                $"  {pipeline.Request.PipelineName, -16} {pipeline.Request.Description}"
            ),
        ];
    }

    private void Title(string text)
    {
        output.WriteLine();
        output.WriteLine(text);
        output.WriteLine(new string('-', text.Length));
    }

    private void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }
    }
}
