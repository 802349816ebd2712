using Scheduler.Tests.Support;

namespace Scheduler.Tests.Customers;

internal sealed class DuckDbOnboardingTests : OnboardingContract
{
    protected override Task<ITestDatasets> CreateDatasetsAsync() =>
        Task.FromResult<ITestDatasets>(new DuckDbDatasets());
}
