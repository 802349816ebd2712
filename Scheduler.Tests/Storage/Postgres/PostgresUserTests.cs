using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

/// <summary>The database user needs no rights over the server: it owns its database, and the role of the tenants is there or may be made.</summary>
[TestFixture]
internal sealed class PostgresUserTests
{
    [TestCase("login createrole", "select 1")]
    [TestCase("login", "create role scheduler_tenant nologin; grant scheduler_tenant to plain")]
    public async Task A_plain_user_runs_a_customers_life(string rights, string byAdministrator)
    {
        await using var server = await PostgresServer.StartAsync(durable: false);
        await server.ExecuteAsync($"create role plain {rights}");
        await server.ExecuteAsync(byAdministrator);
        await server.ExecuteAsync("create database plain owner plain");
        await using var engine = new PostgresEngine(
            new PostgresOptions { ConnectionString = server.ConnectionString("plain", "plain") }
        );
        await engine.MigrateAsync(default);
        var h = new StoreHarness(engine);

        await h.OnboardAsync("acme");
        await h.QueueAsync("acme", "first");
        var item = (await h.LeaseAsync()).Single();
        var receipt = await h.ReportAsync(item, RunOutcome.Completed);

        // The last two run under the role of the tenants.
        Assert.That(receipt.Status, Is.EqualTo(ResultStatus.Accepted));
        Assert.That((await h.UsageAsync("acme")).SucceededToday, Is.EqualTo(1));
        Assert.That((await h.Customers.ProfileAsync("acme", default))?.CustomerId, Is.EqualTo("acme"));
    }
}
