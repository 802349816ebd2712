using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>What is sent for a customer's dataset.</summary>
internal sealed class BigQueryDatasetsTests : IDisposable
{
    private const string Done = """{"jobComplete":true,"schema":{"fields":[]}}""";
    private const string Whole = """{"status":{"state":"DONE"}}""";

    private static readonly DatasetId Acme = DatasetId.TryCreate("ACME_corp", out var id, out _)
        ? id
        : throw new InvalidOperationException();

    private readonly BigQueryServer server = new();

    public void Dispose() => server.Dispose();

    [Test]
    public async Task A_dataset_is_made_in_the_location_and_its_tables_under_its_name()
    {
        server.On("dataset", "{}").On("insert", "{}").On("results", Done).On("get", Whole);

        await server.Datasets.CreateAsync(Acme, default);

        var made = server.Body(0);
        var job = server.Body(1);
        var query = job["configuration"]!["query"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (string?)made["datasetReference"]!["datasetId"] + "/" + (string?)made["location"],
                Is.EqualTo("acme_corp/europe-west3")
            );
            Assert.That((string?)query["query"], Does.Contain("`acme_corp.cost_daily`").And.Not.Contain("{dataset}"));
            Assert.That((string?)query["defaultDataset"]!["datasetId"], Is.EqualTo("acme_corp"));
            Assert.That((string?)query["maximumBytesBilled"], Is.EqualTo("5368709120"));
            Assert.That((string?)job["jobReference"]!["location"], Is.EqualTo("europe-west3"));
            Assert.That(
                (string?)job["configuration"]!["labels"]!["operation"],
                Is.EqualTo("tenant_dataset-create_tables")
            );
        }
    }

    [Test]
    public async Task A_dataset_is_deleted_with_its_contents_whatever_is_lost_on_the_way()
    {
        server.On("delete", "upstream connect error", 503).On("delete", "", 204);

        var deleted = await server.RunAsync(server.Datasets.DeleteAsync(Acme, default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(deleted, Is.True);
            Assert.That(server.Calls, Has.Count.EqualTo(2));
            Assert.That(server.Calls[1].Path, Does.EndWith("/datasets/acme_corp"));
            Assert.That(server.Parameter(1, "deleteContents"), Is.EqualTo("true"));
        }
    }

    [Test]
    public async Task Only_a_dataset_that_is_missing_counts_as_none()
    {
        server
            .Fail("delete", 404, "notFound", "Not found: Dataset acme-billing-1:acme_corp")
            .Fail("delete", 404, "notFound", "Not found: Project acme-billing-1")
            .Fail("tables", 404, "notFound", "Not found: Dataset acme-billing-1:acme_corp");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await server.Datasets.DeleteAsync(Acme, default), Is.False);
            Assert.That(await server.Datasets.ListTablesAsync(Acme, default), Is.Empty);
            Assert.That(() => server.Datasets.DeleteAsync(Acme, default), Throws.TypeOf<DatasetUnavailableException>());
        }
    }

    [Test]
    public void A_table_that_is_missing_is_told_apart_from_a_BigQuery_that_is_away()
    {
        server
            .Fail("query", 404, "notFound", "Not found: Table acme-billing-1:acme_corp.cost_daily was not found")
            .Fail("query", 403, "accessDenied", "canary");
        Task<List<bool>> AskAsync() =>
            server.Datasets.RunAsync(Acme, "is_empty", new SqlArguments(), _ => true, default);

        Assert.That(AskAsync, Throws.TypeOf<DatasetMissingException>());
        Assert.That(AskAsync, Throws.TypeOf<DatasetUnavailableException>().With.Message.Not.Contains("canary"));
    }
}
