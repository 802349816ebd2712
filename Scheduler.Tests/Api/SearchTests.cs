using System.Net.Http.Json;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Api;

/// <summary>The operators' list of pipelines.</summary>
public sealed class SearchTests : IDisposable
{
    private const string Pipelines = "/api/v1/scheduler/pipelines";

    private readonly ApiHost host = ApiHost.WithStoredKeys();

    public void Dispose() => host.Dispose();

    [SetUp]
    public async Task ConfigureAsync()
    {
        foreach (var customer in new[] { "acme", "bolt" })
        {
            var key = ApiHost.Customer((await host.OnboardAsync(customer)).ApiKey);
            foreach (var name in new[] { "a", "b" })
            {
                var body = JsonContent.Create(
                    new
                    {
                        provider = "SYSTEM",
                        domain = "TEST",
                        pipeline_template = "probe",
                        pipeline_name = name,
                        schedule_cron = "0 5 * * *",
                    }
                );
                await host.SendAsync("POST", $"/api/v1/scheduler/customer/{customer}/pipelines", key, body);
            }
        }
    }

    [Test]
    public async Task Pages_follow_each_other_to_the_end()
    {
        var names = new List<string>();
        for (string? page = $"{Pipelines}?limit=3"; page is not null; )
        {
            var response = await host.SendAsync("GET", page, ApiHost.Admin());
            page = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
            names.AddRange(
                (await response.ReadAsync<List<FoundPipelineResponse>>()).Select(it =>
                    $"{it.CustomerId}/{it.PipelineName}"
                )
            );
        }

        Assert.That(names, Is.EqualTo(["acme/a", "acme/b", "bolt/a", "bolt/b"]));
    }

    [Test]
    public async Task A_line_says_whose_it_is_and_how_it_stands()
    {
        var response = await host.SendAsync(
            "GET",
            $"{Pipelines}?search=bolt+ltd&state=active&limit=1",
            ApiHost.Admin()
        );

        var line = (await response.ReadAsync<List<FoundPipelineResponse>>()).Single();
        Assert.That(
            (line.CustomerId, line.CompanyName, line.State, line.ScheduleCron),
            Is.EqualTo(("bolt", "bolt Ltd", PipelineState.Active, "0 5 * * *"))
        );
    }

    [Test]
    public async Task The_day_to_come_is_told_by_the_minute()
    {
        var response = await host.SendAsync("GET", "/api/v1/scheduler/forecast", ApiHost.Admin());

        var forecast = await response.ReadAsync<ForecastResponse>();
        Assert.That((forecast.Pipelines, forecast.Runs), Is.EqualTo((4, 4)));
        Assert.That(forecast.Minutes.Single(), Is.EqualTo(forecast.Peak));
    }

    [TestCase("state=broken")]
    [TestCase("search=")]
    [TestCase("search=%0A")]
    [TestCase("limit=0")]
    [TestCase("cursor=x")]
    public async Task A_wrong_question_is_refused(string query) =>
        await (await host.SendAsync("GET", $"{Pipelines}?{query}", ApiHost.Admin())).ShouldBeProblemAsync(
            400,
            "INVALID_QUERY"
        );
}
