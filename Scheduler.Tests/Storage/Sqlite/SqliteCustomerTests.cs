using NUnit.Framework;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteCustomerTests : CustomerContract
{
    [Test]
    public async Task A_last_day_that_is_no_date_runs_nothing()
    {
        await H.OnboardAsync("acme");
        await ExecuteAsync("update customer_subscriptions set subscription_end_date = 'soon'");

        Assert.That((await H.Customers.StandingAsync("acme", default))!.IsRunnable, Is.False);
    }

    protected override async Task<ITestDatabase> CreateDatabaseAsync() => await SqliteDatabase.CreateAsync();
}
