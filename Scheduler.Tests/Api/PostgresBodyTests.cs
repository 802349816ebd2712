using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>What JSON can say and PostgreSQL's text, jsonb and indexes do not take: refused with a reason, or kept.</summary>
public sealed class PostgresBodyTests
{
    private PostgresDatabase? database;
    private ApiHost host = null!;

    [SetUp]
    public async Task Start()
    {
        database = await PostgresDatabase.CreateAsync();
        host = ApiHost.Production(ApiHost.On(database));
        await PostAsync(
            "/api/v1/customers/onboard",
            """{"customer_id":"acme","company_name":"A","admin_email":"a@example.com","subscription_plan":"ENTERPRISE"}"""
        );
    }

    [TearDown]
    public async Task Stop()
    {
        if (database is not null)
        {
            await host.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    [TestCase(@"""a\u0000b""")]
    [TestCase(@"{""deep"":[""a\u0000b""]}")]
    [TestCase(@"{""na\u0000me"":1}")]
    [TestCase("1e999999")]
    [TestCase("-1e309")]
    [TestCase("1e-999999")]
    [TestCase("0e-999999")]
    [TestCase("[1e99999999999999999999]")]
    public async Task A_parameter_that_no_store_holds_is_refused(string json)
    {
        var response = await ConfigureAsync("main", $$$"""{"fail_with":{{{json}}}}""");

        var problem = await response.ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        Assert.That(problem.Errors!.Keys, Is.EquivalentTo(new[] { "parameters" }));
    }

    [TestCase("1e300")]
    [TestCase("-1.7e308")]
    [TestCase("5e-324")]
    [TestCase("0e0")]
    [TestCase("12345678901234567890.000000001")]
    public async Task A_number_that_a_double_can_hold_is_kept_as_it_was(string number)
    {
        var body = $$$"""{"provider":"FILE","domain":"COST","pipeline_template_overrides":{"x":{{{number}}}}}""";

        var response = await PostAsync("/api/v1/customers/acme/provider-configs", body);

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That((int)response.StatusCode, Is.EqualTo(201), answer.ToJsonString());
        Assert.That((double)answer["pipeline_template_overrides"]!["x"]!, Is.EqualTo(double.Parse(number)));
    }

    /// <summary>A row of an index has at most 2,704 bytes; a letter takes up to three, a pair of surrogates four.</summary>
    [TestCase("\u0800")]
    [TestCase("\U0001F600")]
    public async Task The_longest_names_fit_their_indexes(string letter)
    {
        var name = string.Concat(Enumerable.Repeat(letter, 200 / letter.Length));

        var pipeline = await ConfigureAsync(name, "{}");
        var key = await PostAsync(
            "/api/v1/customers/acme/api-keys",
            new JsonObject { ["key_name"] = name[..100] }.ToJsonString()
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)pipeline.StatusCode, Is.EqualTo(201));
            Assert.That((int)key.StatusCode, Is.EqualTo(201));
        }
    }

    [TestCase("/api/v1/scheduler/customer/acme/runs?config_id=a%00b")]
    [TestCase("/api/v1/scheduler/audit?customer_id=a%00b")]
    public async Task A_query_with_NUL_is_refused(string path)
    {
        var response = await host.SendAsync("GET", path, ApiHost.Admin());

        await response.ShouldBeProblemAsync(400, "INVALID_QUERY");
    }

    [TestCase("""["0","a\u0000b"]""")]
    [TestCase("""["-99999999999999999","a"]""")]
    [TestCase("""["-62135596800000001","a"]""")]
    public async Task A_cursor_that_no_list_has_handed_out_is_refused(string values)
    {
        var cursor = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(values));
        var path = $"/api/v1/scheduler/customer/acme/runs?cursor={cursor}";

        var response = await host.SendAsync("GET", path, ApiHost.Admin());

        await response.ShouldBeProblemAsync(400, "INVALID_QUERY");
    }

    [Test]
    public async Task A_query_longer_than_any_index_row_finds_nothing()
    {
        var path = $"/api/v1/scheduler/customer/acme/runs?config_id={new string('a', 6000)}";

        var response = await host.SendAsync("GET", path, ApiHost.Admin());

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    private Task<HttpResponseMessage> ConfigureAsync(string name, string parameters) =>
        PostAsync(
            "/api/v1/scheduler/customer/acme/pipelines",
            $$"""
            {"provider":"SYSTEM","domain":"TEST","pipeline_template":"probe","pipeline_name":"{{name}}",
             "schedule_cron":"@daily","parameters":{{parameters}}}
            """
        );

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        host.SendAsync("POST", path, ApiHost.Admin(), new StringContent(body, Encoding.UTF8, "application/json"));
}
