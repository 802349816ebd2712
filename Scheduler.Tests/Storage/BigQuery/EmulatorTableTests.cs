using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>Datasets and tables over REST, beside those that SQL makes.</summary>
internal sealed class EmulatorTableTests
{
    private const string Tables = "datasets/lab/tables";

    private EmulatorCalls calls = null!;

    [SetUp]
    public async Task Start() => calls = await EmulatorCalls.StartAsync();

    [TearDown]
    public async Task Stop()
    {
        // Null where the set-up was left: there is no emulator.
        if (calls is not null)
        {
            await calls.DisposeAsync();
        }
    }

    [Test]
    public async Task A_table_is_made_as_described_and_used_by_SQL()
    {
        var (status, made) = await calls.PostAsync(Tables, Table());
        await calls.RunAsync("insert into runs (id, words) values ('a', ['x', 'y'])");
        var (_, table) = await calls.GetAsync($"{Tables}/runs");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(200), made.ToJsonString());
            Assert.That(
                await calls.RunAsync("select id, n, array_length(words), record.part is null from runs"),
                Is.EqualTo(EmulatorCalls.Table(["a", "7", "2", "true"]))
            );
            Assert.That((string)table["tableReference"]!["tableId"]!, Is.EqualTo("runs"));
            Assert.That((string)table["numRows"]!, Is.EqualTo("1"));
            Assert.That((string)table["timePartitioning"]!["field"]!, Is.EqualTo("due"));
            Assert.That((string)table["clustering"]!["fields"]![0]!, Is.EqualTo("id"));
            Assert.That(
                table["schema"]!["fields"]!
                    .AsArray()
                    .Select(field => $"{field!["name"]} {field["type"]} {field["mode"]}"),
                Is.EqualTo([
                    "id STRING REQUIRED",
                    "n INTEGER NULLABLE",
                    "due TIMESTAMP NULLABLE",
                    "words STRING REPEATED",
                    "record RECORD NULLABLE",
                ])
            );
            Assert.That((await calls.RefusedAsync("insert into runs (n) values (1)")).Message, Does.Contain("id"));
        }
    }

    [Test]
    public async Task A_name_is_taken_once_by_a_table_or_a_view()
    {
        await calls.PostAsync(Tables, Table());

        var (again, refused) = await calls.PostAsync(Tables, Table());
        var (view, _) = await calls.PostAsync(Tables, View("runs", "select 1 as n"));

        Assert.That((again, view), Is.EqualTo((409, 409)));
        Assert.That(EmulatorCalls.ErrorOf(refused).Reason, Is.EqualTo("duplicate"));
        Assert.That((string)refused["error"]!["status"]!, Is.EqualTo("ALREADY_EXISTS"));
    }

    [Test]
    public async Task A_view_is_made_and_read()
    {
        await calls.PostAsync(Tables, Table());
        await calls.RunAsync("insert into runs (id) values ('a')");

        var (status, _) = await calls.PostAsync(Tables, View("loud", "select upper(id) as id from `lab.runs`"));
        var (_, view) = await calls.GetAsync($"{Tables}/loud");
        var legacy = View("old", "select 1");
        legacy["view"]!.AsObject().Remove("useLegacySql");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(200));
            Assert.That((string)view["type"]!, Is.EqualTo("VIEW"));
            Assert.That(await calls.RunAsync("select id from loud"), Is.EqualTo(EmulatorCalls.Table(["A"])));
            Assert.That((await calls.PostAsync(Tables, legacy)).Status, Is.EqualTo(400), "legacy SQL is the default");
            Assert.That((await calls.PostAsync(Tables, View("bad", "select nope from runs"))).Status, Is.EqualTo(400));
        }
    }

    [Test]
    public async Task Tables_are_listed_in_pages_and_deleted_once()
    {
        await calls.PostAsync(Tables, Table("b"));
        await calls.PostAsync(Tables, Table("a"));
        await calls.PostAsync(Tables, View("c", "select 1 as n"));

        var (_, first) = await calls.GetAsync($"{Tables}?maxResults=2");
        var (_, rest) = await calls.GetAsync($"{Tables}?maxResults=2&pageToken={(string)first["nextPageToken"]!}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(first), Is.EqualTo(["a TABLE", "b TABLE"]));
            Assert.That(Names(rest), Is.EqualTo(["c VIEW"]));
            Assert.That(rest.ContainsKey("nextPageToken"), Is.False);
            Assert.That(await calls.DeleteAsync($"{Tables}/a"), Is.EqualTo(204));
            Assert.That(await calls.DeleteAsync($"{Tables}/a"), Is.EqualTo(404));
            Assert.That((await calls.QueryAsync("select count(*) from a")).Status, Is.Not.EqualTo(200));
        }
    }

    [Test]
    public async Task A_patch_adds_columns_behind_those_that_are_there()
    {
        await calls.PostAsync(Tables, Table());
        await calls.RunAsync("insert into runs (id) values ('a')");

        var (status, body) = await PatchAsync(fields => fields.Add(Field("note", "STRING")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(200), body.ToJsonString());
            Assert.That((string)body["schema"]!["fields"]!.AsArray()[^1]!["name"]!, Is.EqualTo("note"));
            Assert.That(
                await calls.RunAsync("select id, note from runs"),
                Is.EqualTo(EmulatorCalls.Table(["a", null]))
            );
        }
    }

    [Test]
    public async Task A_patch_may_let_go_of_a_requirement()
    {
        await calls.PostAsync(Tables, Table());

        var (status, _) = await PatchAsync(fields => fields[0]!["mode"] = "NULLABLE");
        await calls.RunAsync("insert into runs (n) values (1)");

        Assert.That(status, Is.EqualTo(200));
    }

    [TestCase("drop")]
    [TestCase("type")]
    [TestCase("order")]
    [TestCase("required")]
    [TestCase("tighten")]
    public async Task A_patch_that_is_no_addition_is_refused_and_changes_nothing(string how)
    {
        await calls.PostAsync(Tables, Table());

        var (status, body) = await PatchAsync(fields =>
        {
            switch (how)
            {
                case "drop":
                    fields.RemoveAt(1);
                    break;
                case "type":
                    fields[1]!["type"] = "STRING";
                    break;
                case "order":
                    fields.Insert(0, Field("note", "STRING"));
                    break;
                case "required":
                    fields.Add(Field("note", "STRING", "REQUIRED"));
                    break;
                default:
                    fields[1]!["mode"] = "REQUIRED";
                    break;
            }
        });
        var (_, table) = await calls.GetAsync($"{Tables}/runs");

        Assert.That((status, EmulatorCalls.ErrorOf(body).Reason), Is.EqualTo((400, "invalid")));
        Assert.That(table["schema"]!["fields"]!.AsArray(), Has.Count.EqualTo(5));
    }

    [TestCase("clustering", """{"fields":["id","id"]}""", "cluster")]
    [TestCase("timePartitioning", """{"type":"DAY","field":"id"}""", "partition")]
    [TestCase("timePartitioning", """{"type":"MINUTE","field":"due"}""", "partition")]
    [TestCase("tableConstraints", """{"primaryKey":{"columns":["nope"]}}""", "nope")]
    [TestCase("schema", """{"fields":[{"name":"id","type":"STRNG"}]}""", "STRNG")]
    public async Task A_table_that_BigQuery_would_refuse_is_refused(string field, string value, string why)
    {
        var table = Table();
        table[field] = JsonNode.Parse(value);

        var (status, body) = await calls.PostAsync(Tables, table);

        Assert.That((status, EmulatorCalls.ErrorOf(body).Reason), Is.EqualTo((400, "invalid")));
        Assert.That(EmulatorCalls.ErrorOf(body).Message, Does.Contain(why));
    }

    [Test]
    public async Task A_dataset_with_tables_goes_only_with_its_contents()
    {
        await calls.PostAsync(Tables, Table());

        var refused = await calls.DeleteAsync("datasets/lab");
        var taken = await calls.DeleteAsync("datasets/lab?deleteContents=true");
        var (there, _) = await calls.GetAsync("datasets/lab");

        Assert.That((refused, taken, there), Is.EqualTo((400, 204, 404)));
    }

    [Test]
    public async Task Datasets_are_listed_with_what_they_were_made_with()
    {
        await calls.CreateDatasetAsync("acme", "EU");

        var (_, list) = await calls.GetAsync("datasets");
        var (_, acme) = await calls.GetAsync("datasets/acme");
        var (status, _) = await calls.CreateDatasetAsync("not-a-name");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                list["datasets"]!.AsArray().Select(one => (string)one!["datasetReference"]!["datasetId"]!),
                Is.EqualTo(["acme", "lab"])
            );
            Assert.That((string)acme["location"]!, Is.EqualTo("EU"));
            Assert.That(status, Is.EqualTo(400));
        }
    }

    private static IEnumerable<string> Names(JsonObject page) =>
        page["tables"]!.AsArray().Select(table => $"{table!["tableReference"]!["tableId"]} {table["type"]}");

    private async Task<(int Status, JsonObject Body)> PatchAsync(Action<JsonArray> change)
    {
        var schema = Table()["schema"]!.DeepClone();
        change(schema["fields"]!.AsArray());
        return await calls.PatchAsync($"{Tables}/runs", new JsonObject { ["schema"] = schema });
    }

    private static JsonObject Field(string name, string type, string mode = "NULLABLE") =>
        new()
        {
            ["name"] = name,
            ["type"] = type,
            ["mode"] = mode,
        };

    private static JsonObject View(string name, string query) =>
        new()
        {
            ["tableReference"] = new JsonObject { ["datasetId"] = "lab", ["tableId"] = name },
            ["view"] = new JsonObject { ["query"] = query, ["useLegacySql"] = false },
        };

    private static JsonObject Table(string name = "runs") =>
        JsonNode
            .Parse(
                $$$"""
                {
                  "tableReference": {"datasetId": "lab", "tableId": "{{{name}}}"},
                  "schema": {"fields": [
                    {"name": "id", "type": "STRING", "mode": "REQUIRED"},
                    {"name": "n", "type": "INTEGER", "defaultValueExpression": "3 + 4"},
                    {"name": "due", "type": "TIMESTAMP"},
                    {"name": "words", "type": "STRING", "mode": "REPEATED"},
                    {"name": "record", "type": "RECORD", "fields": [{"name": "part", "type": "DATE"}]}
                  ]},
                  "timePartitioning": {"type": "DAY", "field": "due"},
                  "clustering": {"fields": ["id"]},
                  "tableConstraints": {"primaryKey": {"columns": ["id"]}}
                }
                """
            )!
            .AsObject();
}
