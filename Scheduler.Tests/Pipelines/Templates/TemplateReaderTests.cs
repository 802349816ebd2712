using NUnit.Framework;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines.Templates;

public sealed class TemplateReaderTests
{
    private static readonly IExtractAdapter[] Adapters =
    [
        PipelineBench.FileAdapter(new FilesOptions(), TimeProvider.System),
    ];

    private static string Shipped(string file) => File.ReadAllText(Path.Combine(PipelineBench.TemplatesFolder, file));

    [Test]
    public void A_template_that_ships_is_read_whole()
    {
        var template = TemplateReader.Read("f.yaml", Shipped("file.cost.focus_csv.yaml"), Adapters, out var errors);

        Assert.That(errors, Is.Empty);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (template!.Provider, template.Domain, template.Name),
                Is.EqualTo(("FILE", "COST", "focus_csv"))
            );
            Assert.That(template.RunTimeout.TotalMinutes, Is.EqualTo(15));
            Assert.That(template.Parameters.Single(p => p.Name == "max_rows").Default, Is.EqualTo(5_000_000L));
            Assert.That(template.Steps.OfType<TemplateStep.Load>().Single().ForceParameter, Is.EqualTo("force"));
        }
    }

    [Test]
    public void The_example_of_the_documentation_is_valid()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")))
        {
            folder = folder.Parent;
        }
        var text = File.ReadAllText(Path.Combine(folder!.FullName, "docs", "templates.md"));
        var yaml = text.Split("```yaml\n")[1].Split("```")[0];

        Assert.That(
            TemplateReader.Read("templates.md", yaml, Adapters, out var errors),
            Is.Not.Null,
            string.Join('\n', errors)
        );
    }

    // What is replaced, by what, the line the fault must be on, its key, and a part of its message.
    [TestCase("pipelines/v1", "pipelines/v2", 1, "apiVersion", "must be pipelines/v1")]
    [TestCase("kind: PipelineTemplate", "kind: Other", 2, "kind", "must be PipelineTemplate")]
    [TestCase("provider: FILE", "provider: file", 4, "metadata.provider", "upper-case")]
    [TestCase("domain: COST", "domain: MONEY", 5, "metadata.domain", "must be one of COST")]
    [TestCase("credential: API_KEY optional", "credential: service_account", 41, "credential", "must be none")]
    [TestCase("version: 1.2.0", "version: one", 7, "metadata.version", "three numbers")]
    [TestCase("version: 1.2.0", "versio: 1.0.0", 7, "metadata.versio", "unknown key")]
    [TestCase("type: path", "type: file", 11, "parameters.path.type", "must be one of int, decimal")]
    [TestCase("default: auto", "default: xml", 19, "parameters.format.default", "one of auto, csv, parquet")]
    [TestCase("default: auto", "defautl: auto", 19, "parameters.format.defautl", "unknown key")]
    [TestCase("default: 5000000", "default: 0", 35, "parameters.max_rows.default", "from 1 to 50000000")]
    [TestCase("min: 1", "min: one", 33, "parameters.max_rows.min", "must be a number")]
    [TestCase("max_length: 128", "min: 1", 23, "parameters.source_account_id.min", "does not fit")]
    [TestCase(
        "credential: API_KEY optional",
        "credential: SERVICE_ACCOUNT",
        53,
        "steps[0].extract.adapter",
        "needs credential: API_KEY optional"
    )]
    [TestCase("[path, url]", "[path]", 40, "exactly_one_of", "two or more parameters")]
    [TestCase("[path, url]", "[path, format]", 40, "exactly_one_of", "not required and have no default")]
    [TestCase("[path, url]", "[path, uri]", 40, "exactly_one_of", "not required and have no default")]
    [TestCase("timezone: UTC", "timezone: CET", 44, "window.timezone", "must be UTC")]
    [TestCase("  from: from", "  from: path", 46, "window.from", "parameter of type date")]
    [TestCase("run: 15m", "run: soon", 49, "timeouts.run", "90s, 15m or 2h")]
    [TestCase("adapter: focus.file", "adapter: focus.fil", 53, "steps[0].extract.adapter", "there are focus.file")]
    [TestCase(
        "path: { parameter: path }",
        "pth: { parameter: path }",
        55,
        "steps[0].extract.options.pth",
        "unknown key"
    )]
    [TestCase(
        "path: { parameter: path }",
        "path: { parameter: from }",
        55,
        "steps[0].extract.options.path.parameter",
        "of type path"
    )]
    [TestCase(
        "max_rows: { parameter: max_rows }",
        "max_rows: many",
        58,
        "steps[0].extract.options.max_rows",
        "whole number"
    )]
    [TestCase("        sku_id:", "        sku:", 69, "steps[1].normalise.columns.sku", "not a column of cost_daily")]
    [TestCase("        sku_id:", "        line_hash:", 69, "steps[1].normalise.columns.line_hash", "by the runner")]
    [TestCase(
        "ChargePeriodStart, as: date",
        "ChargePeriodStart, as: day",
        62,
        "steps[1].normalise.columns.usage_date.as",
        "must be one of date"
    )]
    [TestCase(
        "ChargePeriodStart, as: date",
        "ChargePeriodStart, as: decimal",
        62,
        "steps[1].normalise.columns.usage_date.as",
        "does not fit"
    )]
    [TestCase(
        "from: ChargePeriodStart, as: date",
        "from: ChargePeriodStart",
        62,
        "steps[1].normalise.columns.usage_date.as",
        "is required here"
    )]
    [TestCase(
        "from: BilledCost, as: decimal",
        "as: decimal",
        75,
        "steps[1].normalise.columns.billed_cost.from",
        "either from or const"
    )]
    [TestCase(
        "from: ServiceName }",
        "from: ServiceName, scale: 2 }",
        67,
        "steps[1].normalise.columns.service_name.scale",
        "decimal only"
    )]
    [TestCase(
        "from: ServiceName }",
        "from: ServiceName, expr: x }",
        67,
        "steps[1].normalise.columns.service_name.expr",
        "unknown key"
    )]
    [TestCase(
        "        billing_currency: { from: BillingCurrency, as: upper }\n",
        "",
        62,
        "steps[1].normalise.columns",
        "must fill billing_currency"
    )]
    [TestCase("charge_category]", "charge_categry]", 83, "steps[1].normalise.required", "charge_categry")]
    [TestCase("unmapped: x_extra", "unmapped: drop", 84, "steps[1].normalise.unmapped", "x_extra, fail")]
    [TestCase(
        "estimated: open_period",
        "estimated: maybe",
        85,
        "steps[1].normalise.estimated",
        "never, today, open_period"
    )]
    [TestCase(
        "table: cost_daily",
        "table: costs",
        87,
        "steps[2].load.table",
        "must be one of cost_daily, findings_daily"
    )]
    [TestCase(
        "[source_account_id, path, url]",
        "[account]",
        90,
        "steps[2].load.source_account",
        "must list parameters"
    )]
    [TestCase("shrink_percent: 50", "shrink_percent: 150", 91, "steps[2].load.guards.shrink_percent", "0 to 100")]
    [TestCase("  - load:", "  - store:", 86, "steps[2]", "extract, normalise, load, probe")]
    public void A_fault_names_file_line_and_key(string old, string changed, int line, string key, string message)
    {
        var yaml = Shipped("file.cost.focus_csv.yaml");
        Assert.That(yaml, Does.Contain(old));
        var at = yaml.IndexOf(old, StringComparison.Ordinal);

        var template = TemplateReader.Read(
            "f.yaml",
            yaml[..at] + changed + yaml[(at + old.Length)..],
            Adapters,
            out var errors
        );

        Assert.That(template, Is.Null);
        Assert.That(
            errors.Select(error => error.ToString()),
            Has.Some.StartsWith($"f.yaml:{line}: {key}: ").And.Some.Contains(message),
            string.Join('\n', errors)
        );
    }

    [TestCase("a: [", "is not YAML")]
    [TestCase("a: 1\na: 2", "is not YAML")]
    [TestCase("", "exactly one YAML document")]
    [TestCase("- a", "must be a mapping")]
    public void A_file_that_is_no_mapping_is_a_fault(string yaml, string message)
    {
        Assert.That(TemplateReader.Read("f.yaml", yaml, Adapters, out var errors), Is.Null);
        Assert.That(errors[0].ToString(), Does.StartWith("f.yaml:").And.Contain(message));
    }

    [Test]
    public void Aliases_lead_to_the_template_and_case_does_not_matter()
    {
        using var folder = new TemplatesFolder();
        folder.Write(
            "a.yaml",
            Shipped("file.cost.focus_csv.yaml")
                .Replace(
                    "name: focus_csv",
                    "name: focus_csv\n  aliases: [cost_analysis]\n  provider_aliases: [ANTHROPIC]",
                    StringComparison.Ordinal
                )
        );

        var catalog = TemplateCatalog.Load(folder.Path, Adapters);

        Assert.That(catalog.Find("anthropic", "cost", "COST_ANALYSIS"), Is.SameAs(catalog.All.Single()));
        Assert.That(catalog.ProviderOf("Anthropic"), Is.EqualTo("FILE"));
        Assert.That(catalog.Find("FILE", "COST", "../focus_csv"), Is.Null);
    }

    [Test]
    public void Two_files_with_one_name_and_an_empty_folder_are_faults()
    {
        using var folder = new TemplatesFolder();
        Assert.That(() => TemplateCatalog.Load(folder.Path, Adapters), Throws.TypeOf<TemplateException>());
        folder.Write("a.yaml", Shipped("system.test.probe.yaml"));
        folder.Write("b.yaml", Shipped("system.test.probe.yaml"));

        Assert.That(
            () => TemplateCatalog.Load(folder.Path, Adapters),
            Throws.TypeOf<TemplateException>().With.Message.Contains("b.yaml:0: metadata.name: probe exists twice")
        );
    }

    private sealed class TemplatesFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("templates-test-").FullName;

        public void Write(string name, string yaml) => File.WriteAllText(System.IO.Path.Combine(Path, name), yaml);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
