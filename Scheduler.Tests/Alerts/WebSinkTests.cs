using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Net;
using Scheduler.Tests.Net;

namespace Scheduler.Tests.Alerts;

/// <summary>Slack and the signed webhook against a real server on a loopback port.</summary>
public sealed class WebSinkTests
{
    private const string First = "first-secret-canary-0123456789-abcdef";
    private const string Second = "second-secret-canary-0123456789-abcdef";

    private static readonly AlertNotice Notice = new()
    {
        AlertId = "7",
        Rule = "LATENESS",
        Subject = "system",
        Message = "Größer als „erlaubt“",
        FiredAt = Instant.FromUtc(2026, 3, 2, 10, 0),
    };

    private static readonly ClaimedDelivery Delivery = new()
    {
        DeliveryId = "alert-7-fired-WEBHOOK",
        Event = DeliveryEvent.Fired,
        Payload = JsonSerializer.Serialize(Notice, WireJson.Options),
        Attempts = 1,
        GiveUpAt = Instant.FromUtc(2026, 3, 3, 10, 0),
        Now = Instant.FromUtc(2026, 3, 2, 10, 0),
    };

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));
    private HookServer? server;

    private HookServer Server => server!;

    [SetUp]
    public async Task Start() => server = await HookServer.StartAsync();

    [TearDown]
    public async Task Stop() => await Server.DisposeAsync();

    [Test]
    public async Task A_receiver_that_knows_either_secret_can_check_who_sent_it_and_when()
    {
        using var sink = Webhook($"{Server.Address}/hook");
        await sink.SendAsync(Delivery, default);

        var (headers, body) = Server.Received.Single();
        var signatures = headers["X-Scheduler-Signature"].Single()!.Split(',');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(headers["X-Scheduler-Timestamp"].Single(), Is.EqualTo("1772445600"));
            Assert.That(headers["X-Scheduler-Delivery"].Single(), Is.EqualTo("alert-7-fired-WEBHOOK"));
            Assert.That(headers.ContentType.Single(), Is.EqualTo("application/json"));
            Assert.That(signatures, Is.EqualTo([$"v1={Check(First, body)}", $"v1={Check(Second, body)}"]));
            var json = JsonNode.Parse(body)!;
            Assert.That((string?)json["event"], Is.EqualTo("FIRED"));
            Assert.That((string?)json["delivery_id"], Is.EqualTo("alert-7-fired-WEBHOOK"));
            Assert.That((string?)json["alert"]!["message"], Is.EqualTo(Notice.Message));
            Assert.That((string?)json["alert"]!["fired_at"], Is.EqualTo("2026-03-02T10:00:00Z"));
        }

        // As docs/operations.md tells receivers to do it.
        static string Check(string secret, byte[] body)
        {
            using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret));
            return Convert.ToHexString(hmac.ComputeHash([.. "1772445600."u8, .. body])).ToLowerInvariant();
        }
    }

    [Test]
    public void A_signature_is_the_one_that_others_compute() =>
        // echo -n '1772445600.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        Assert.That(
            WebhookSignature.Of(["0123456789abcdef0123456789abcdef"], 1772445600, "{\"a\":1}"u8),
            Is.EqualTo("v1=ce94447bbc3c40ddbb47356d090b93e3473462b6444f80cbad6bf6ec54bae1db")
        );

    [Test]
    public async Task Slack_is_posted_blocks()
    {
        using var sink = Slack($"{Server.Address}/services/T0/B0/url-canary");
        await sink.SendAsync(Delivery, default);

        var json = JsonNode.Parse(Server.Received.Single().Body)!;
        Assert.That((string?)json["blocks"]![1]!["text"]!["text"], Is.EqualTo(Notice.Message));
    }

    [TestCase(400)]
    [TestCase(404)]
    [TestCase(500)]
    public void An_answer_that_is_none_of_success_has_failed_and_no_secret_is_told(int status)
    {
        Server.Answer = async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync("body-canary");
        };

        var failure = Failure($"{Server.Address}/hook/url-canary");

        Assert.That(failure.Message, Is.EqualTo($"Answered with status {status}."));
    }

    [TestCase("120", 120)]
    [TestCase("Mon, 02 Mar 2026 10:00:45 GMT", 45)]
    [TestCase("Mon, 02 Mar 2026 09:00:00 GMT", null)]
    [TestCase("soon", null)]
    public void The_wait_that_a_busy_server_asks_for_is_passed_on(string header, int? seconds)
    {
        Server.Answer = context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };

        Assert.That(
            Failure($"{Server.Address}/hook").RetryAfter,
            Is.EqualTo(seconds is { } wait ? Duration.FromSeconds(wait) : (Duration?)null)
        );
    }

    [TestCase(301)]
    [TestCase(302)]
    [TestCase(307)]
    [TestCase(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await HookServer.StartAsync();
        Server.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"{elsewhere.Address}/metadata";
            return Task.CompletedTask;
        };

        var failure = Failure($"{Server.Address}/hook");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure.Message, Is.EqualTo($"Answered with status {status}; redirects are not followed."));
            Assert.That(elsewhere.Received, Is.Empty);
        }
    }

    [Test]
    public async Task An_endless_answer_is_not_read()
    {
        Server.Answer = async context =>
        {
            var block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        };

        using var sink = Webhook($"{Server.Address}/hook");

        await sink.SendAsync(Delivery, default);
        Assert.That(Server.Received, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_server_that_is_not_there_has_failed()
    {
        var address = Server.Address;
        await Server.DisposeAsync();

        Assert.That(Failure($"{address}/url-canary").Message, Is.EqualTo("Could not be reached (ConnectionError)."));
    }

    // The names are harmless; what they resolve to is not, and may change after the settings were read.
    [TestCase("127.0.0.1")]
    [TestCase("10.1.2.3")]
    [TestCase("169.254.169.254")]
    [TestCase("100.64.0.1")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("fd00:ec2::254")]
    [TestCase("64:ff9b::7f00:1")]
    [TestCase("93.184.216.34,10.0.0.1")]
    public void A_name_that_leads_inside_is_not_connected_to(string addresses)
    {
        var dialer = new CountingDialer();
        var resolver = new ScriptedResolver { Otherwise = [.. addresses.Split(',').Select(IPAddress.Parse)] };
        _ = OutboundTarget.TryParse("https://hooks.example.com/url-canary", out var target);
        using var sink = new SlackSink(
            new SlackOptions { Webhook = target! },
            null,
            new GuardedHttp(resolver, dialer, time),
            time
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                async () => await sink.SendAsync(Delivery, default),
                Throws
                    .TypeOf<DeliveryFailedException>()
                    .With.Message.EqualTo("The host has an address that must not be connected to.")
            );
            Assert.That(dialer.Dialed, Is.Empty);
        }
    }

    private DeliveryFailedException Failure(string url)
    {
        using var sink = Webhook(url);
        var failure = Assert.ThrowsAsync<DeliveryFailedException>(() => sink.SendAsync(Delivery, default));
        Assert.That(failure.Message, Does.Not.Contain("canary"));
        return failure;
    }

    private WebhookSink Webhook(string url)
    {
        Assert.That(OutboundTarget.TryParse(url, out var target), Is.Null);
        return new WebhookSink(
            new WebhookOptions { Target = target!, Secrets = [First, Second] },
            new GuardedHttp(new SystemResolver(), new TcpDialer(), time),
            time
        );
    }

    private SlackSink Slack(string url)
    {
        Assert.That(OutboundTarget.TryParse(url, out var target), Is.Null);
        return new SlackSink(
            new SlackOptions { Webhook = target! },
            null,
            new GuardedHttp(new SystemResolver(), new TcpDialer(), time),
            time
        );
    }
}
