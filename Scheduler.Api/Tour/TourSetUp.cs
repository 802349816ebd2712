using Microsoft.Extensions.Options;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Tour;

/// <summary>
/// Onboards the tour's customers and configures their pipelines, through the code that the endpoints call. What is there already
/// stays as it is, so that a set-up that was interrupted is completed by the next one.
/// </summary>
internal sealed class TourSetUp(
    Onboarding onboarding,
    PipelineConfigStore configs,
    Trigger trigger,
    ISqlEngine engine,
    IClock clock,
    IServiceProvider services,
    IOptions<FilesOptions> files
)
{
    private static readonly Actor Operator = new(ActorKind.Operator, "tour", RequestId: null);

    /// <returns>The pipelines as they were configured, before the trigger: the next time of a due one is past.</returns>
    public async Task<IReadOnlyList<PipelineConfig>> RunAsync(CancellationToken cancellationToken)
    {
        var configured = new List<PipelineConfig>();
        foreach (var customer in TourCast.Customers)
        {
            await OnboardAsync(customer, cancellationToken);
            CopySample(customer);
        }
        // The last pipeline of a customer comes after a first trigger: whichever occurrence is the oldest, the ones before have
        // their share of the quota, and what it has missed takes the rest.
        foreach (var customer in TourCast.Customers)
        {
            configured.AddRange(await ConfigureAsync(customer, customer.Pipelines.SkipLast(1), cancellationToken));
        }
        await trigger.RunAsync(new TriggerRequest(), cancellationToken);
        foreach (var customer in TourCast.Customers)
        {
            configured.AddRange(await ConfigureAsync(customer, customer.Pipelines.TakeLast(1), cancellationToken));
        }
        await trigger.RunAsync(new TriggerRequest(), cancellationToken);
        return [.. configured.OrderBy(config => config.CustomerId).ThenBy(config => config.ConfigId)];
    }

    private async Task OnboardAsync(TourCustomer customer, CancellationToken cancellationToken)
    {
        // The answer holds the customer's key. Nobody asked for it here, and an operator can make another.
        var result = await onboarding.OnboardAsync(
            new OnboardRequest
            {
                CustomerId = customer.CustomerId,
                CompanyName = customer.CompanyName,
                AdminEmail = $"admin@{customer.CustomerId.Replace('_', '-')}.example",
                SubscriptionPlan = customer.Plan,
                Timezone = customer.Timezone,
            },
            Operator,
            cancellationToken
        );
        if (result is not (OnboardResult.Created or OnboardResult.CustomerExists))
        {
            throw new InvalidOperationException($"{customer.CustomerId} could not be onboarded: {result}.");
        }
    }

    private void CopySample(TourCustomer customer)
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Value.Root!, customer.CustomerId)).FullName;
        var copy = Path.Combine(folder, customer.Sample);
        if (!File.Exists(copy))
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Samples", customer.Sample), copy);
        }
    }

    private async Task<List<PipelineConfig>> ConfigureAsync(
        TourCustomer customer,
        IEnumerable<TourPipeline> pipelines,
        CancellationToken cancellationToken
    )
    {
        var there = await configs.ListAsync(customer.CustomerId, null, null, 100, cancellationToken);
        var configured = new List<PipelineConfig>();
        foreach (var pipeline in pipelines)
        {
            if (there.Any(config => config.PipelineName == pipeline.Request.PipelineName))
            {
                continue;
            }
            var earlier = new OperationClock(engine, new EarlierClock(clock, pipeline.Age));
            var configuration = ActivatorUtilities.CreateInstance<PipelineConfiguration>(services, earlier);
            var result = await configuration.ConfigureAsync(
                customer.CustomerId,
                pipeline.Request,
                Operator,
                cancellationToken
            );
            configured.Add(
                result is ConfigureResult.Done { Config: var config }
                    ? config
                    : throw new InvalidOperationException(
                        $"{pipeline.Request.PipelineName} could not be configured: {result}."
                    )
            );
        }
        return configured;
    }
}
