using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines;

public sealed class PipelineRegistrationTests
{
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
                "AZURE/COST/cost_billing",
                "CLAUDE/COST/cost_billing",
                "CLAUDE/OBSERVABILITY/usage_tracking",
                "FILE/COST/focus_csv",
                "GCP/COST/cost_billing",
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
    public void A_wrong_setting_stops_the_start_with_one_line_that_names_it(string key, string value, string named)
    {
        using var host = Host((key, value));

        Assert.That(
            async () => await host.StartAsync(),
            Throws.Exception.With.Message.Contains(named).And.Message.Not.Contains("\n")
        );
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
