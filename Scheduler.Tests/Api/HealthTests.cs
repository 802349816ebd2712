using NUnit.Framework;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Api;

public sealed class HealthTests
{
    [Test]
    public async Task Ready_when_every_probe_is_fine()
    {
        using var host = ApiHost.Production();
        host.Probes.Add(new Probe("store", () => null));

        var response = await host.SendAsync("GET", "/health/ready");

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"status":"ready"}"""));
    }

    [Test]
    public async Task Not_ready_names_the_probes_and_hides_what_they_threw()
    {
        using var host = ApiHost.Production();
        host.Probes.Add(new Probe("store", () => "no tables yet"));
        host.Probes.Add(new Probe("keys", () => throw new InvalidOperationException("password=canary")));

        var response = await host.SendAsync("GET", "/health/ready");

        var problem = await response.ShouldBeProblemAsync(503, "NOT_READY");
        Assert.That(problem.Detail, Is.EqualTo("store: no tables yet; keys: failed"));
    }

    private sealed class Probe(string name, Func<string?> answer) : IReadinessProbe
    {
        public string Name => name;

        public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => new(answer());
    }
}
