using Scheduler.Core.Contracts;

namespace Scheduler.Api.Tour;

/// <summary>A customer of the tour.</summary>
/// <param name="Sample">The shipped export that stands in its folder.</param>
internal sealed record TourCustomer(
    string CustomerId,
    string CompanyName,
    SubscriptionPlan Plan,
    string Timezone,
    string Sample,
    IReadOnlyList<TourPipeline> Pipelines
);
