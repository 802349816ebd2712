using NUnit.Framework;
using Scheduler.Api.Commands;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>The operator's command, on the services of the process.</summary>
public sealed class PurgeCommandTests : IDisposable
{
    private readonly ApiHost host = ApiHost.WithStoredKeys();

    public void Dispose() => host.Dispose();

    [TestCase("customers purge acme", false)]
    [TestCase("customers purge acme --confirm", true)]
    [TestCase("customers purge --confirm acme", true)]
    public void It_is_read_from_the_arguments(string line, bool isConfirmed) =>
        Assert.That(PurgeCommand.Read(line.Split(' ')), Is.EqualTo(new PurgeCommand("acme", isConfirmed)));

    [TestCase("tour")]
    [TestCase("customers purge")]
    [TestCase("customers purge acme --sure")]
    public void Other_arguments_are_not_it(string line) => Assert.That(PurgeCommand.Read(line.Split(' ')), Is.Null);

    [Test]
    public async Task It_tells_first_and_removes_a_cancelled_customer_when_it_is_confirmed()
    {
        await host.OnboardAsync("acme");
        var file = Path.Combine(host.Folder, "datasets", "acme.duckdb");
        Assert.That(file, Does.Exist);
        var active = await RunAsync(isConfirmed: true);
        await host.CallAsync("PUT", "acme", ApiHost.Admin(), """{"status":"CANCELLED"}""");
        var told = await RunAsync(isConfirmed: false);
        var isThere = (await host.CallAsync("GET", "acme", ApiHost.Admin())).IsSuccessStatusCode;
        var done = await RunAsync(isConfirmed: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(active, Is.EqualTo((1, "Only a CANCELLED customer can be purged.")));
            Assert.That(told.Code, Is.Zero);
            Assert.That(isThere, Is.True);
            Assert.That(done.Code, Is.Zero);
            Assert.That(file, Does.Not.Exist);
        }
        await (await host.CallAsync("GET", "acme", ApiHost.Admin())).ShouldBeProblemAsync(404, "NOT_FOUND");
        Assert.That(await RunAsync(isConfirmed: true), Is.EqualTo((1, "There is no customer acme.")));
        await host.OnboardAsync("acme", SubscriptionPlan.Scale);
    }

    private async Task<(int Code, string Error)> RunAsync(bool isConfirmed)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new PurgeCommand("acme", isConfirmed).RunAsync(host.Services, output, error);
        return (code, error.ToString().Trim());
    }
}
