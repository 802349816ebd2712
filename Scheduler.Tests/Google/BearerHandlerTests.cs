using System.Net;
using System.Net.Http.Json;
using System.Text;
using NUnit.Framework;
using Scheduler.Core.Google;

namespace Scheduler.Tests.Google;

/// <summary>What happens to a call whose token Google refuses.</summary>
internal sealed class BearerHandlerTests
{
    private readonly Numbered tokens = new();
    private readonly Google google = new();

    [Test]
    public async Task A_token_that_is_taken_is_used_again()
    {
        using var client = Client();

        await SendAsync(client);
        await SendAsync(client);

        Assert.That(google.Seen, Is.EqualTo(new[] { "token-1 {\"n\":1}", "token-1 {\"n\":1}" }));
    }

    [Test]
    public async Task A_refused_token_is_dropped_and_the_call_sent_once_more_with_a_fresh_one()
    {
        google.Refused.Add("token-1");
        using var client = Client();

        var status = await SendAsync(client);
        await SendAsync(client);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(google.Seen, Is.EqualTo(new[] { "token-1 {\"n\":1}", "token-2 {\"n\":1}", "token-2 {\"n\":1}" }));
    }

    [Test]
    public async Task A_fresh_token_that_is_refused_too_is_the_answer()
    {
        google.Refused.UnionWith(["token-1", "token-2", "token-3"]);
        using var client = Client();

        var status = await SendAsync(client);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(google.Seen, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Another_refusal_than_that_of_the_token_drops_nothing()
    {
        google.Forbidden = true;
        using var client = Client();

        Assert.That(await SendAsync(client), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((google.Seen.Count, tokens.Dropped), Is.EqualTo((1, 0)));
    }

    [Test]
    public void A_token_that_cannot_be_had_is_told_without_what_was_read()
    {
        tokens.Fails = true;
        using var client = Client();

        Assert.That(
            () => SendAsync(client),
            Throws
                .TypeOf<TimeZoneNotFoundException>()
                .With.Message.Contains("InvalidDataException")
                .And.Message.Not.Contains("canary")
        );
    }

    private HttpClient Client() =>
        new(new BearerHandler(tokens, why => new TimeZoneNotFoundException(why)) { InnerHandler = google })
        {
            BaseAddress = new Uri("https://google.example/"),
        };

    private static async Task<HttpStatusCode> SendAsync(HttpClient client)
    {
        // Not in memory as a text yet: it has to be kept to be sent twice.
        using var content = JsonContent.Create(new { n = 1 });
        using var response = await client.PostAsync(new Uri("call", UriKind.Relative), content);
        return response.StatusCode;
    }

    private sealed class Numbered : IAccessTokens
    {
        private int number = 1;

        public int Dropped { get; private set; }

        public bool Fails { get; set; }

        public ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
            Fails ? throw new InvalidDataException("canary") : new($"token-{number}");

        public void Drop(string token)
        {
            Dropped++;
            number += token == $"token-{number}" ? 1 : 0;
        }
    }

    private sealed class Google : HttpMessageHandler
    {
        public HashSet<string> Refused { get; } = [];

        public bool Forbidden { get; set; }

        public List<string> Seen { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var token = request.Headers.Authorization!.Parameter!;
            using var body = new MemoryStream();
            await request.Content!.CopyToAsync(body, cancellationToken);
            Seen.Add($"{token} {Encoding.UTF8.GetString(body.ToArray())}");
            return new HttpResponseMessage(
                Forbidden ? HttpStatusCode.Forbidden
                : Refused.Contains(token) ? HttpStatusCode.Unauthorized
                : HttpStatusCode.OK
            );
        }
    }
}
