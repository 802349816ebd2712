using System.Text.Json;
using NUnit.Framework;

namespace Scheduler.Tests.Api;

public sealed class PreviewTests : IDisposable
{
    private const string Path = "/api/v1/scheduler/schedules/preview";

    private readonly ApiHost host = ApiHost.Production();

    public void Dispose() => host.Dispose();

    [Test]
    public async Task The_next_times_are_shown_in_utc_and_on_the_wall_clock()
    {
        var json = await OkAsync("?cron=30 2 * * *&timezone=America/New_York&from=2026-03-07T00:00:00Z&count=3");

        var occurrences = json.GetProperty("occurrences").EnumerateArray().ToList();
        using (Assert.EnterMultipleScope())
        {
            // 2026-03-08 in New York: 01:59 EST, then 03:00 EDT; 02:30 does not exist.
            Assert.That(
                Texts(occurrences, "scheduled_time"),
                Is.EqualTo(new[] { "2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z" })
            );
            Assert.That(
                Texts(occurrences, "local_time"),
                Is.EqualTo(
                    new[] { "2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00" }
                )
            );
            Assert.That(Texts(occurrences, "dst"), Is.EqualTo(new[] { "none", "gap", "none" }));
            Assert.That(json.GetProperty("dst_policy").GetString(), Is.EqualTo("default"));
        }
    }

    [Test]
    public async Task Ten_from_now_on_in_utc_when_nothing_is_said()
    {
        var json = await OkAsync("?cron=@hourly");

        Assert.That(json.GetProperty("occurrences").GetArrayLength(), Is.EqualTo(10));
        Assert.That(json.GetProperty("timezone").GetString(), Is.EqualTo("UTC"));
    }

    [TestCase("", "INVALID_CRON", "cron")]
    [TestCase("?cron=61 * * * *", "INVALID_CRON", "minute")]
    [TestCase("?cron=0 0 30 2 *", "INVALID_CRON", "cron")]
    [TestCase("?cron=99999999999 * * * *", "INVALID_CRON", "minute")]
    [TestCase("?cron=@daily&timezone=Mars/Phobos", "INVALID_TIMEZONE", "timezone")]
    [TestCase("?cron=@daily&count=0", "INVALID_QUERY", "count")]
    [TestCase("?cron=@daily&count=201", "INVALID_QUERY", "count")]
    [TestCase("?cron=@daily&count=few", "INVALID_QUERY", "count")]
    [TestCase("?cron=@daily&from=yesterday", "INVALID_QUERY", "from")]
    [TestCase("?cron=@daily&from=9999-12-31T23:59:59Z", "INVALID_QUERY", "from")]
    [TestCase("?cron=@daily&dst_policy=maybe", "INVALID_QUERY", "dst_policy")]
    public async Task What_is_wrong_is_named(string query, string code, string part)
    {
        var response = await host.SendAsync("GET", Path + query);

        Assert.That((await response.ShouldBeProblemAsync(400, code)).Detail, Does.Contain(part));
    }

    [Test]
    public async Task Previews_are_limited_per_address()
    {
        using var strict = ApiHost.Production(("Scheduler:RateLimits:OpenCalls", "1"));

        await strict.SendAsync("GET", Path + "?cron=@daily");
        var second = await strict.SendAsync("GET", Path + "?cron=@daily");

        await second.ShouldBeProblemAsync(429, "RATE_LIMITED");
        Assert.That(second.Headers.RetryAfter, Is.Not.Null);
    }

    private async Task<JsonElement> OkAsync(string query)
    {
        var response = await host.SendAsync("GET", Path + query);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(200), text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static IEnumerable<string?> Texts(IEnumerable<JsonElement> items, string name) =>
        items.Select(item => item.GetProperty(name).GetString());
}
