using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Api;

[TestFixture]
internal sealed class HistorySettingsTests
{
    private const string Project = "Project";

    [Test]
    public void Nothing_is_exported_until_a_project_is_named()
    {
        Assert.That(Valid().History, Is.Null);
    }

    [Test]
    public void A_project_is_all_that_is_needed()
    {
        Assert.That(
            Valid((Project, "acme-billing-1")).History,
            Is.EqualTo(new BigQueryOptions { Project = "acme-billing-1" })
        );
    }

    [Test]
    public void Where_the_copies_are_can_be_set()
    {
        var options = Valid(
            (Project, "acme-billing-1"),
            ("Dataset", "history"),
            ("Location", "EU"),
            ("Endpoint", "http://127.0.0.1:9050")
        );

        Assert.That(
            options.History,
            Is.EqualTo(
                new BigQueryOptions
                {
                    Project = "acme-billing-1",
                    Dataset = "history",
                    Location = "EU",
                    Endpoint = new Uri("http://127.0.0.1:9050"),
                }
            )
        );
    }

    [TestCase(Project, "Canary!")]
    [TestCase("Dataset", "can-ary")]
    [TestCase("Location", "can ary")]
    [TestCase("Endpoint", "http://canary.example.com")]
    public void A_wrong_one_is_named_in_one_line(string name, string value)
    {
        var line = Invalid([(Project, "acme-billing-1"), (name, value)]);

        Assert.That(line, Does.StartWith($"Scheduler__History__BigQuery__{name}: ").And.Not.Contains("\n"));
    }

    [Test]
    public void A_dataset_without_a_project_is_a_mistake()
    {
        Assert.That(
            Invalid([("Dataset", "history")]),
            Is.EqualTo(
                "Scheduler__History__BigQuery__Project: is missing while Scheduler__History__BigQuery__Dataset is there."
            )
        );
    }

    [Test]
    public void With_BigQuery_as_the_store_there_is_nothing_to_export()
    {
        var read = Read(
            [(Project, "acme-billing-1")],
            ("Scheduler:Storage:Provider", "BigQuery"),
            ("Scheduler:Storage:BigQuery:Project", "acme-billing-1")
        );

        Assert.That(
            ((SettingsResult.Invalid)read).Line,
            Does.StartWith("Scheduler__History__BigQuery__Project: is for the other stores")
        );
    }

    private static ApiOptions Valid(params (string, string)[] settings) =>
        ((SettingsResult.Valid)Read(settings)).Options;

    private static string Invalid((string, string)[] settings) => ((SettingsResult.Invalid)Read(settings)).Line;

    private static SettingsResult Read(
        IEnumerable<(string Name, string Value)> settings,
        params (string Name, string Value)[] others
    )
    {
        var values = settings
            .Select(setting => (Name: $"Scheduler:History:BigQuery:{setting.Name}", setting.Value))
            .Concat(others)
            .GroupBy(setting => setting.Name)
            .ToDictionary(named => named.Key, named => (string?)named.Last().Value);
        return ApiSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), isDevelopment: true);
    }
}
