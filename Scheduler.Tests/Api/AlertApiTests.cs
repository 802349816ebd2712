using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Storage;
using Scheduler.Tests.Alerts;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Api;

/// <summary>The operators' calls about alerts, over HTTP.</summary>
public sealed class AlertApiTests
{
    private const string Alerts = "/api/v1/scheduler/alerts";
    private const string UrlSecret = "url-canary";
    private const string SigningSecret = "signing-canary-0123456789-0123456789";

    [Test]
    public async Task An_alert_is_seen_silenced_heard_again_and_none_of_its_secrets_is_told()
    {
        // A port on which nobody listens: what is sent fails, and the failure is logged.
        using var host = ApiHost.Production(
            ("Scheduler:Alerts:Webhook:Url", $"http://127.0.0.1:9/{UrlSecret}"),
            ("Scheduler:Alerts:Webhook:Secret", SigningSecret)
        );
        var now = await FireAsync(
            host,
            new AlertJudgement("TEST", "system", null, "something"),
            new AlertJudgement("TEST", "c", "acme", "other")
        );
        await host.Services.GetRequiredService<AlertWatch>().RunAsync(default);

        var status = await JsonAsync(host, "GET", "/api/v1/scheduler/status");
        var shown = status!["alerts"]!.AsArray().Single(alert => (string?)alert!["subject"] == "system")!;
        var id = (string)shown["alert_id"]!;
        var until = (now + Duration.FromHours(1)).ToString();
        var silenced = await JsonAsync(
            host,
            "POST",
            $"{Alerts}/{id}/silence",
            new { until, reason = "known" },
            HttpStatusCode.OK
        );
        var silencedList = await JsonAsync(host, "GET", $"{Alerts}?state=silenced");
        var ofCustomer = await JsonAsync(host, "GET", $"{Alerts}?customer_id=acme");
        var page = await host.SendAsync("GET", $"{Alerts}?limit=1", ApiHost.Admin());
        var next = page.Headers.GetValues("Link").Single().Split('<', '>')[1];
        var rest = await JsonAsync(host, "GET", next);
        var dropped = await JsonAsync(host, "GET", $"{Alerts}/deliveries?state=dropped");
        var heard = await JsonAsync(host, "DELETE", $"{Alerts}/{id}/silence");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)silenced!["state"], Is.EqualTo("silenced"));
            Assert.That((string?)silenced["silence_reason"], Is.EqualTo("known"));
            Assert.That((string?)silenced["silenced_by"], Is.EqualTo("admin:1"));
            Assert.That(silencedList!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(ofCustomer!.AsArray().Select(alert => (string?)alert!["subject"]), Is.EqualTo(["c"]));
            Assert.That(rest!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(
                dropped!.AsArray().Select(delivery => (string?)delivery!["delivery_id"]),
                Is.EqualTo([$"alert-{id}-fired-WEBHOOK"])
            );
            Assert.That((string?)heard!["state"], Is.EqualTo("firing"));
            Assert.That(heard["silenced_until"], Is.Null);
            Assert.That(string.Join('\n', host.Logs.Lines), Does.Contain("Alert TEST fires").And.Not.Contain("canary"));
        }
    }

    [Test]
    public async Task What_is_wrong_is_said()
    {
        using var host = ApiHost.Production();
        var now = await FireAsync(host, new AlertJudgement("TEST", "system", null, "late"));
        var store = host.Services.GetRequiredService<AlertStore>();
        var id = AlertIds.Text((await store.ListOpenAsync(1, default)).Single().AlertId!.Value);
        var good = (now + Duration.FromHours(1)).ToString();
        await RefusedAsync("POST", $"{Alerts}/{id}/silence", new { until = now.ToString(), reason = "x" }, 422);
        await RefusedAsync(
            "POST",
            $"{Alerts}/{id}/silence",
            new { until = (now + Duration.FromDays(91)).ToString(), reason = "x" },
            422
        );
        await RefusedAsync("POST", $"{Alerts}/{id}/silence", new { until = good, reason = " " }, 422);
        await RefusedAsync("POST", $"{Alerts}/{id}/silence", new { until = good }, 422);
        await RefusedAsync("POST", $"{Alerts}/999/silence", new { until = good, reason = "x" }, 404);
        await RefusedAsync("POST", $"{Alerts}/x/silence", new { until = good, reason = "x" }, 404);
        await RefusedAsync("DELETE", $"{Alerts}/999/silence", null, 404);
        await RefusedAsync("GET", $"{Alerts}?state=loud", null, 400);
        await RefusedAsync("GET", $"{Alerts}?customer_id=", null, 400);
        await RefusedAsync("GET", $"{Alerts}?cursor=WyIxIiwieCJd", null, 400);
        await RefusedAsync("GET", $"{Alerts}/deliveries?state=lost", null, 400);
        await RefusedAsync("GET", $"{Alerts}/deliveries?limit=0", null, 400);
        await RefusedAsync("POST", $"{Alerts}/deliveries/none/retry", null, 404);
        await FireAsync(host);
        await RefusedAsync("POST", $"{Alerts}/{id}/silence", new { until = good, reason = "x" }, 409);

        async Task RefusedAsync(string method, string path, object? body, int expected)
        {
            var response = await host.SendAsync(
                method,
                path,
                ApiHost.Admin(),
                body is null ? null : JsonContent.Create(body)
            );
            Assert.That((int)response.StatusCode, Is.EqualTo(expected), $"{method} {path}");
        }
    }

    [Test]
    public async Task What_was_given_up_is_sent_again()
    {
        using var host = ApiHost.Production(("Scheduler:Alerts:Slack:WebhookUrl", $"http://127.0.0.1:9/{UrlSecret}"));
        var store = host.Services.GetRequiredService<AlertStore>();
        var now = await TellAsync(host, store);
        var claimed = await store.ClaimDeliveriesAsync(SinkKind.Email, "t", 10, Duration.FromMinutes(5), default);
        await store.FinishDeliveriesAsync(
            [new FinishedDelivery(claimed.Single().DeliveryId, "t", DeliveryState.Dead, null, "away")],
            now,
            default
        );

        var dead = await JsonAsync(host, "GET", $"{Alerts}/deliveries");
        var path = $"{Alerts}/deliveries/{(string)dead![0]!["delivery_id"]!}/retry";
        var retried = await JsonAsync(host, "POST", path);
        var twice = await host.SendAsync("POST", path, ApiHost.Admin());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                ((string?)dead[0]!["state"], (string?)dead[0]!["last_error"], (int?)dead[0]!["attempts"]),
                Is.EqualTo(("DEAD", "away", 1))
            );
            Assert.That((string?)retried!["state"], Is.EqualTo("PENDING"));
            Assert.That(twice.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        }
    }

    [Test]
    public async Task The_process_tells_every_sink_that_its_settings_name_once()
    {
        await using var mails = new MailServer();
        await using var hooks = await HookServer.StartAsync();
        using var host = ApiHost.Production(
            ("Scheduler:Alerts:Email:Host", "localhost"),
            ("Scheduler:Alerts:Email:Port", $"{mails.Port}"),
            ("Scheduler:Alerts:Email:Tls", "None"),
            ("Scheduler:Alerts:Email:From", "scheduler@example.com"),
            ("Scheduler:Alerts:Email:To", "ops@example.com"),
            ("Scheduler:Alerts:Slack:WebhookUrl", $"{hooks.Address}/slack"),
            ("Scheduler:Alerts:Webhook:Url", $"{hooks.Address}/hook"),
            ("Scheduler:Alerts:Webhook:Secret", SigningSecret)
        );
        await FireAsync(host, new AlertJudgement("TEST", "system", null, "something"));
        await host.Services.GetRequiredService<AlertWatch>().RunAsync(default);

        // The process's own senders may be at it as well.
        foreach (var sink in host.Services.GetServices<IDeliverySink>())
        {
            var round = ActivatorUtilities.CreateInstance<DeliveryRound>(host.Services, sink);
            await round.RunAsync(default);
        }
        var store = host.Services.GetRequiredService<AlertStore>();
        await Until.TrueAsync(
            "everything is delivered",
            async () => (await store.ListDeliveriesAsync(DeliveryState.Delivered, null, 10, default)).Count == 3
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(mails.Received.Select(mail => mail.To), Is.EqualTo(new[] { new[] { "ops@example.com" } }));
            Assert.That(hooks.Received, Has.Count.EqualTo(2));
            Assert.That(
                hooks.Received.Count(sent => sent.Headers.ContainsKey(WebhookSignature.SignatureHeader)),
                Is.EqualTo(1)
            );
        }
    }

    /// <summary>Fires these and resolves what else there is of their rule. The process's own watch may look later in between.</summary>
    private static async Task<Instant> FireAsync(ApiHost host, params AlertJudgement[] judgements)
    {
        var clock = host.Services.GetRequiredService<OperationClock>();
        while (true)
        {
            var now = await clock.ReadAsync(default);
            var store = host.Services.GetRequiredService<AlertStore>();
            if (await store.SettleAsync(judgements, ["TEST"], now, default) is not null)
            {
                return now;
            }
        }
    }

    /// <summary>Writes a delivery for a sink that the process does not have, before its own watch tells of the alert.</summary>
    private static async Task<Instant> TellAsync(ApiHost host, AlertStore store)
    {
        for (var nth = 0; ; nth++)
        {
            var now = await FireAsync(host, new AlertJudgement("TEST", $"s{nth}", null, "m"));
            if (
                (await store.ListUntoldAsync(now, 10, default)).FirstOrDefault(one => one.Subject == $"s{nth}") is
                { } alert
            )
            {
                var (told, deliveries) = Announcements.Of(alert, [SinkKind.Email]);
                if ((await store.TellAsync([told], deliveries, now, now, default)).Count > 0)
                {
                    return now;
                }
            }
        }
    }

    private static async Task<JsonNode?> JsonAsync(
        ApiHost host,
        string method,
        string path,
        object? body = null,
        HttpStatusCode expected = HttpStatusCode.OK
    )
    {
        var response = await host.SendAsync(
            method,
            path,
            ApiHost.Admin(),
            body is null ? null : JsonContent.Create(body)
        );
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), $"{method} {path}: {text}");
        return JsonNode.Parse(text);
    }
}
