using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Datasets.DuckDb;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines;

public sealed class PipelineRegistrationTests
{
    private static readonly (string Key, string? Value)[] BigQuery =
    [
        ("Scheduler:Datasets:Provider", "bigquery"),
        ("Scheduler:Datasets:Project", "acme-billing-1"),
    ];

    [Test]
    public async Task Everything_resolves_and_the_templates_that_ship_are_there()
    {
        using var host = Host();
        await host.StartAsync();

        Assert.That(host.Services.GetRequiredService<IPipelineRunner>(), Is.TypeOf<PipelineRunner>());
        Assert.That(
            host.Services.GetRequiredService<TemplateCatalog>()
                .All.Select(template => $"{template.Provider}/{template.Domain}/{template.Name}"),
            Is.EqualTo([
                "AWS/COST/cost_billing",
                "AWS/COST/cost_export",
                "AWS/COST/cost_export_cur",
                "AZURE/COMPLIANCE/policy_states",
                "AZURE/COST/cost_billing",
                "AZURE/COST/cost_export",
                "CLAUDE/COST/cost_billing",
                "CLAUDE/OBSERVABILITY/usage_tracking",
                "FILE/COST/focus_csv",
                "GCP/COST/cost_billing",
                "GCP/COST/cost_export",
                "GCP/SECURITY/security_findings",
                "OPENAI/COST/cost_billing",
                "OPENAI/OBSERVABILITY/usage_tracking",
                "SYSTEM/TEST/probe",
            ])
        );
        await host.StopAsync();
    }

    [TestCase("Scheduler:AllowProbe", "maybe", "Scheduler__AllowProbe")]
    [TestCase("Scheduler:Templates:Path", "/no/such/folder", "Scheduler:Templates:Path")]
    [TestCase("Scheduler:Files:Root", "/no/such/folder", "Scheduler__Files__Root")]
    [TestCase("Scheduler:Files:MaxBytes", "0", "Scheduler__Files__MaxBytes")]
    [TestCase("Scheduler:Files:AllowedHosts", "a.example,https://b.example/", "Scheduler__Files__AllowedHosts")]
    [TestCase("Scheduler:Files:AllowedHosts", "10.0.0.5", "Scheduler__Files__AllowedHosts")]
    [TestCase("Scheduler:Datasets:Path", " ", "Scheduler__Datasets__Path")]
    [TestCase("Scheduler:Datasets:Path", "/proc/none", "Scheduler__Datasets__Path")]
    [TestCase("Scheduler:Datasets:Provider", "Nowhere", "Scheduler__Datasets__Provider")]
    [TestCase("Scheduler:Datasets:Provider", "7", "Scheduler__Datasets__Provider")]
    [TestCase("Scheduler:Datasets:LockWaitSeconds", "x", "Scheduler__Datasets__LockWaitSeconds")]
    [TestCase("Scheduler:Files:MaxBytes", "abc", "Scheduler__Files__MaxBytes")]
    [TestCase("Scheduler:Providers:OpenAi:Url", "http://api.openai.com", "Scheduler__Providers__OpenAi__Url")]
    [TestCase("Scheduler:Providers:Claude:Url", "api.anthropic.com", "Scheduler__Providers__Claude__Url")]
    [TestCase(
        "Scheduler:Providers:Aws:CostExplorerUrl",
        "ftp://a.example",
        "Scheduler__Providers__Aws__CostExplorerUrl"
    )]
    [TestCase("Scheduler:Providers:Aws:StsUrl", "https://u:p@a.example", "Scheduler__Providers__Aws__StsUrl")]
    [TestCase("Scheduler:Providers:Aws:S3Url", "http://s3.example", "Scheduler__Providers__Aws__S3Url")]
    [TestCase("Scheduler:Providers:Aws:Region", "Frankfurt", "Scheduler__Providers__Aws__Region")]
    [TestCase(
        "Scheduler:Providers:Azure:ManagementUrl",
        "https://a.example/?x=1",
        "Scheduler__Providers__Azure__ManagementUrl"
    )]
    [TestCase(
        "Scheduler:Providers:Azure:AuthorityUrl",
        "https://a.example/#x",
        "Scheduler__Providers__Azure__AuthorityUrl"
    )]
    [TestCase("Scheduler:Providers:Gcp:BigQueryUrl", "https://", "Scheduler__Providers__Gcp__BigQueryUrl")]
    [TestCase("Scheduler:Providers:Gcp:TokenUrl", "http://10.0.0.1", "Scheduler__Providers__Gcp__TokenUrl")]
    [TestCase("Scheduler:Providers:MaxPages", "0", "Scheduler__Providers__MaxPages")]
    [TestCase("Scheduler:Providers:MaxResponseBytes", "1e6", "Scheduler__Providers__MaxResponseBytes")]
    [TestCase("Scheduler:Providers:MaxRunBytes", "-1", "Scheduler__Providers__MaxRunBytes")]
    [TestCase("SCHEDULER_FAILPOINTS", "load:after-delete=touch /tmp/a", "SCHEDULER_FAILPOINTS")]
    [TestCase("SCHEDULER_FAILPOINTS", "after:queue.claim=kill 1", "SCHEDULER_FAILPOINTS")]
    [TestCase("SCHEDULER_RUN_JOURNAL", "/tmp/journal", "SCHEDULER_RUN_JOURNAL")]
    [TestCase("SCHEDULER_CLOCK_SHIFT", "/tmp/shift", "SCHEDULER_CLOCK_SHIFT")]
    public void A_wrong_setting_stops_the_start_with_one_line_that_names_it(string key, string value, string named)
    {
        using var host = Host((key, value));

        Assert.That(
            async () => await host.StartAsync(),
            Throws.Exception.With.Message.Contains(named).And.Message.Not.Contains("\n")
        );
    }

    [TestCase("Scheduler:Datasets:Project", null, "Scheduler__Datasets__Project")]
    [TestCase("Scheduler:Datasets:Project", "Acme Billing", "Scheduler__Datasets__Project")]
    [TestCase("Scheduler:Datasets:Location", "Europe/Berlin", "Scheduler__Datasets__Location")]
    [TestCase("Scheduler:Datasets:Endpoint", "http://bigquery.example/", "Scheduler__Datasets__Endpoint")]
    [TestCase("Scheduler:Datasets:Endpoint", "https://bigquery.example/v2", "Scheduler__Datasets__Endpoint")]
    [TestCase("Scheduler:Datasets:Endpoint", "https://user:canary@bigquery.example/", "Scheduler__Datasets__Endpoint")]
    [TestCase("Scheduler:Datasets:MaxGigabytesPerJob", "0", "Scheduler__Datasets__MaxGigabytesPerJob")]
    public void A_wrong_setting_of_BigQuery_stops_the_start_with_one_line_that_names_it(
        string key,
        string? value,
        string named
    )
    {
        using var host = Host([.. BigQuery.Where(setting => setting.Key != key), (key, value)]);

        Assert.That(
            StartupSettings.FaultIn(host.Services),
            Does.StartWith(named).And.Not.Contain("\n").And.Not.Contain("canary")
        );
    }

    [Test]
    public async Task Datasets_in_BigQuery_need_no_folder_and_no_credentials_to_start()
    {
        using var host = Host([
            .. BigQuery,
            ("Scheduler:Datasets:Path", "/proc/none"),
            ("Scheduler:Datasets:Location", "EU"),
            ("Scheduler:Datasets:MaxGigabytesPerJob", "5"),
            ("Scheduler:Storage:BigQuery:Dataset", "ledger"),
        ]);
        await host.StartAsync();

        var options = host.Services.GetRequiredService<IOptions<DatasetOptions>>().Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(host.Services.GetRequiredService<IPipelineRunner>(), Is.TypeOf<PipelineRunner>());
            Assert.That(host.Services.GetRequiredService<IDatasetWriter>(), Is.TypeOf<BigQueryDatasetWriter>());
            Assert.That(host.Services.GetRequiredService<IDatasetReader>(), Is.TypeOf<BigQueryDatasetReader>());
            Assert.That(host.Services.GetRequiredService<IDatasetCatalog>(), Is.TypeOf<BigQueryDatasetCatalog>());
            Assert.That(
                (options.BigQuery!.Project, options.BigQuery.Location, options.BigQuery.MaximumBytesBilled),
                Is.EqualTo(("acme-billing-1", "EU", 5L << 30))
            );
            Assert.That(options.BigQuery.Endpoint, Is.EqualTo(new Uri("https://bigquery.googleapis.com/")));
            Assert.That(options.OwnDatasets, Is.EqualTo(["ledger"]));
        }
        await host.StopAsync();
    }

    [Test]
    public void Datasets_are_files_unless_set()
    {
        using var host = Host();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(host.Services.GetRequiredService<IDatasetWriter>(), Is.TypeOf<DuckDbDatasetWriter>());
            Assert.That(host.Services.GetRequiredService<IDatasetCatalog>(), Is.TypeOf<DuckDbDatasetCatalog>());
        }
    }

    [TestCase("Development", null, true)]
    [TestCase("Production", null, false)]
    [TestCase("Production", "true", true)]
    [TestCase("Development", "false", false)]
    public void Probes_are_on_in_Development_unless_set(string environment, string? setting, bool allowed)
    {
        using var host = Host(environment, ("Scheduler:AllowProbe", setting));

        var options = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<PipelineOptions>>();

        Assert.That(options.Value.AllowProbe, Is.EqualTo(allowed));
    }

    private static IHost Host(params (string Key, string? Value)[] settings) => Host("Production", settings);

    private static IHost Host(string environment, params (string Key, string? Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { EnvironmentName = environment }
        );
        builder.Configuration.AddInMemoryCollection(
            settings.ToDictionary(setting => setting.Key, setting => setting.Value)
        );
        builder.Services.AddPipelines(builder.Configuration, builder.Environment);
        return builder.Build();
    }
}
