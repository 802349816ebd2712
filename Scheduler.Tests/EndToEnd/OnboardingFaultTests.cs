using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.EndToEnd;

/// <summary>An API that dies between a new customer's dataset and its commit.</summary>
[TestFixture(StorageProvider.Sqlite)]
[TestFixture(StorageProvider.Postgres)]
[Platform("Linux")]
public sealed class OnboardingFaultTests(StorageProvider engine) : IAsyncDisposable
{
    private const string Customer = "elm_works";
    private readonly World world = new(engine, leaseSeconds: 60);

    [Test]
    public async Task Whoever_dies_in_the_middle_of_an_onboarding_leaves_no_customer_and_the_next_try_has_one()
    {
        var hold = world.Hold("onboard:before-commit");
        await world.StartApiAsync(hold.Setting);
        var onboarding = world.OnboardAsync(Customer, SubscriptionPlan.Starter);
        await hold.ReachedAsync();

        var exitCode = await world.Api.KillAsync();

        Assert.That(exitCode, Is.EqualTo(RunningProcess.KilledExitCode), "The API was not killed.");
        Assert.That(async () => await onboarding, Throws.InstanceOf<HttpRequestException>());
        await world.StartApiAsync();
        Assert.That(
            async () => await world.Client.PipelinesAsync(Customer),
            Throws.Exception,
            "Nothing was committed."
        );
        var customer = await world.OnboardAsync(Customer, SubscriptionPlan.Starter);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(customer.ApiKey, Is.Not.Empty);
            Assert.That(await world.Client.PipelinesAsync(Customer), Is.Empty);
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
