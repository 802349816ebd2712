using Scheduler.Tests.Support;

namespace Scheduler.Tests.Customers;

internal sealed class BigQueryOnboardingTests : OnboardingContract
{
    protected override async Task<ITestDatasets> CreateDatasetsAsync() => await BigQueryTestDatasets.CreateAsync();
}
