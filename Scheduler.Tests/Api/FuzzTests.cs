using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>
/// Thousands of requests over every endpoint, made from the contracts and bent at random: whatever comes, an answer with a status that
/// says something, no 500, no stack trace, no hang. The same requests every time; SCHEDULER_FUZZ_SEED asks for others.
/// </summary>
[TestFixture(StorageProvider.Sqlite, 10_000)]
[TestFixture(StorageProvider.Postgres, 3_000)]
public sealed class FuzzTests(StorageProvider engine, int requests)
{
    private const int Seed = 20_261_125;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private PostgresDatabase? postgres;
    private ApiHost host = null!;

    [SetUp]
    public async Task Start()
    {
        postgres = engine == StorageProvider.Postgres ? await PostgresDatabase.CreateAsync() : null;
        host = ApiHost.Production([
            ("Scheduler:RateLimits:Address", "1000000"),
            ("Scheduler:InlineExecution", "false"),
            .. postgres is null ? [] : ApiHost.On(postgres),
        ]);
    }

    [TearDown]
    public async Task Stop()
    {
        await host.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }
    }

    [Test]
    public async Task Whatever_comes_is_answered()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SCHEDULER_FUZZ_SEED"), out var set) ? set : Seed;
        TestContext.Out.WriteLine($"SCHEDULER_FUZZ_SEED={seed}");
        var request = new FuzzRequest(new Random(seed), [host.Keys.Add("acme"), host.Keys.Add("globex")]);
        var endpoints = EndpointTable.Of(host);
        await OnboardAsync();
        var statuses = new SortedDictionary<int, int>();

        for (var number = 0; number < requests; number++)
        {
            var endpoint = endpoints[number % endpoints.Count];
            var (path, key, body) = request.For(endpoint);
            using var patience = new CancellationTokenSource(Longest);
            var started = Stopwatch.GetTimestamp();
            var response = await host.SendAsync(
                    endpoint.Method(),
                    path,
                    key,
                    body is null ? null : new StringContent(body, Encoding.UTF8, MediaType(endpoint))
                )
                .WaitAsync(patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            var status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            var what = $"#{number} {endpoint.Method()} {path} {body}: {status} {text}";
            Assert.That(status, Is.LessThan(500), what);
            Assert.That(text, Does.Not.Contain("   at ").And.Not.Contain("Exception"), what);
        }

        TestContext.Out.WriteLine(string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}")));
        // A fuzzer that is always stopped at the door proves nothing.
        Assert.That(statuses.Where(pair => pair.Key < 300).Sum(pair => pair.Value), Is.GreaterThan(requests / 50));
    }

    private static string MediaType(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json";

    private async Task OnboardAsync()
    {
        foreach (var id in new[] { "acme", "globex" })
        {
            var body = new JsonObject
            {
                ["customer_id"] = id,
                ["company_name"] = id,
                ["admin_email"] = "a@example.com",
                ["subscription_plan"] = "ENTERPRISE",
            };
            var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            var response = await host.SendAsync("POST", "/api/v1/customers/onboard", ApiHost.Admin(), content);
            Assert.That((int)response.StatusCode, Is.EqualTo(201));
        }
    }

    /// <summary>Makes requests: mostly right in most places, so that many get far.</summary>
    private sealed class FuzzRequest(Random random, string[] keys)
    {
        private static readonly string[] Queries =
        [
            "limit",
            "cursor",
            "state",
            "from",
            "to",
            "cron",
            "timezone",
            "count",
            "config_id",
            "is_active",
            "month",
            "live",
            "customer_id",
            "dst_policy",
        ];

        public (string Path, (string, string)? Key, string? Body) For(RouteEndpoint endpoint)
        {
            var path = endpoint.Path(place =>
                Uri.EscapeDataString(
                    place == "id" && Mostly() ? "acme" : Word().Replace("\0", "", StringComparison.Ordinal)
                )
            );
            if (random.Next(3) == 0)
            {
                var pairs = Enumerable
                    .Range(0, random.Next(1, 4))
                    .Select(_ => $"{Pick(Queries)}={Uri.EscapeDataString(Word())}");
                path += "?" + string.Join("&", pairs);
            }
            var type = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
            return (path, Key(), type is null && Mostly() ? null : Body(type));
        }

        private (string, string)? Key() =>
            random.Next(10) switch
            {
                0 => null,
                1 => ApiHost.Worker(),
                2 or 3 => ApiHost.Customer(Pick(keys)),
                4 => ApiHost.Customer(new string([.. Word().Where(letter => letter is > ' ' and < '\x7f')])),
                _ => ApiHost.Admin(),
            };

        private string Body(Type? type)
        {
            var json = (type is null ? Any(0) : Value(type, 0))?.ToJsonString() ?? "null";
            return random.Next(20) switch
            {
                0 => json[..random.Next(json.Length + 1)],
                1 => json.Insert(random.Next(json.Length + 1), Pick(HostileText.All)),
                2 => json.Replace("a", "\\ud800", StringComparison.Ordinal),
                _ => json,
            };
        }

        private JsonNode? Value(Type type, int depth)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (!Mostly())
            {
                return Any(depth);
            }
            if (type.IsEnum)
            {
                return Enum.GetNames(type)[random.Next(Enum.GetNames(type).Length)].ToUpperInvariant();
            }
            var contract = WireJson.Options.GetTypeInfo(type);
            switch (contract.Kind)
            {
                case System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Object when depth < 4:
                    var made = new JsonObject();
                    foreach (var property in contract.Properties.Where(property => property.Set is not null))
                    {
                        if (property.IsRequired ? random.Next(30) > 0 : random.Next(3) == 0)
                        {
                            // A poll that waits would make the test wait.
                            made[property.Name] =
                                property.Name == "wait_seconds" ? 0 : Value(property.PropertyType, depth + 1);
                        }
                    }
                    return made;
                case System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Enumerable when depth < 4:
                    return new JsonArray([
                        .. Enumerable
                            .Range(0, random.Next(4))
                            .Select(_ => Value(contract.ElementType ?? typeof(object), depth + 1)),
                    ]);
                default:
                    return type == typeof(bool) ? random.Next(2) == 0
                        : type == typeof(int) || type == typeof(long) ? random.Next(-3, 50)
                        : Word();
            }
        }

        private JsonNode? Any(int depth) =>
            random.Next(depth < 4 ? 8 : 6) switch
            {
                0 => null,
                1 => random.Next(2) == 0,
                2 => random.NextInt64(),
                3 => random.NextDouble() * 1e300,
                4 or 5 => Word(),
                6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(depth + 1))]),
                _ => new JsonObject(
                    Enumerable
                        .Range(0, random.Next(4))
                        .Select(number => KeyValuePair.Create($"{Word()}{number}", Any(depth + 1)))
                ),
            };

        private string Word() =>
            random.Next(6) switch
            {
                0 => Pick(HostileText.All) is { Length: < 1_000 } text ? text : "long",
                1 => Pick(["acme", "globex", "SYSTEM", "TEST", "probe", "STARTER", "UTC", "Europe/Berlin", "@daily"]),
                2 => Pick(["0 2 * * *", "*/5 * * * *", "2026-01-31T06:00:00Z", "2026-02", "true", "COMPLETED", "100"]),
                3 => random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
                4 => new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => (char)random.Next(1, 0x2000))]),
                _ => Pick(["a@example.com", "Acme", "x", "nothing", "worker-1", "", " "]),
            };

        private bool Mostly() => random.Next(8) > 0;

        private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
    }
}
