using NUnit.Framework;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines.Templates;

/// <summary>What the templates of providers may say wrongly, and the line that tells it.</summary>
[TestFixture]
internal sealed class ProviderTemplateTests : IDisposable
{
    private readonly PipelineBench bench = new();

    public void Dispose() => bench.Dispose();

    [TestCase(
        "openai.cost.cost_billing.yaml",
        "[project_id, line_item]",
        "[project_id, api_key_id]",
        "options.group_by: must list one or more of project_id, line_item"
    )]
    [TestCase(
        "openai.cost.cost_billing.yaml",
        "[project_id, line_item]",
        "project_id",
        "options.group_by: must be a list"
    )]
    [TestCase(
        "openai.cost.cost_billing.yaml",
        "[project_id, line_item]",
        "[]",
        "options.group_by: must list one or more"
    )]
    [TestCase(
        "openai.cost.cost_billing.yaml",
        "limit: 180",
        "limit: 181",
        "options.limit: must be a whole number from 1 to 180"
    )]
    [TestCase(
        "openai.cost.cost_billing.yaml",
        "settle_days: 6",
        "settle_days: -1",
        "settle_days: must be a whole number from 0"
    )]
    [TestCase(
        "aws.cost.cost_billing.yaml",
        "[UnblendedCost, AmortizedCost]",
        "[UnblendedCost, UnblendedCost]",
        "options.metrics: must list one or more"
    )]
    [TestCase(
        "aws.cost.cost_billing.yaml",
        "previous_month_until: 15",
        "previous_month_until: 32",
        "window.previous_month_until: must be a whole number from 0 to 31"
    )]
    [TestCase(
        "aws.cost.cost_billing.yaml",
        "  lookback: lookback_days\n",
        "  covers: source\n",
        "window.previous_month_until: makes no sense"
    )]
    [TestCase(
        "gcp.cost.cost_billing.yaml",
        "query_file: gcp.cost.cost_billing.sql",
        "query_file: none.sql",
        "options.query_file: there is no file none.sql"
    )]
    [TestCase(
        "gcp.cost.cost_billing.yaml",
        "query_file: gcp.cost.cost_billing.sql",
        "query_file: ../../etc/passwd",
        "options.query_file: must be the name of a file"
    )]
    [TestCase(
        "gcp.cost.cost_billing.yaml",
        "query_file: gcp.cost.cost_billing.sql",
        "",
        "options.query_file: is required by bigquery.sql"
    )]
    [TestCase(
        "gcp.cost.cost_billing.yaml",
        "restate: touched_days",
        "restate: everything",
        "window.restate: must be one of window, touched_days"
    )]
    [TestCase(
        "gcp.security.security_findings.yaml",
        "check_id: { from: category }",
        "sku_id: { from: category }",
        "columns.sku_id: is not a column of findings_daily; there are observed_date"
    )]
    [TestCase(
        "gcp.security.security_findings.yaml",
        "        state: { from: state }\n",
        "",
        "columns: must fill state"
    )]
    [TestCase(
        "gcp.security.security_findings.yaml",
        "observed_date]\n      source_account",
        "usage_date]\n      source_account",
        "load.key: must be [provider, domain, template, source_account_id, observed_date]"
    )]
    [TestCase(
        "gcp.security.security_findings.yaml",
        "source_account: [parent]",
        "source_account: [parent]\n      guards: { shrink_percent: 50 }",
        "load.guards: make no sense for findings_daily"
    )]
    [TestCase(
        "azure.compliance.policy_states.yaml",
        "unmapped: x_extra",
        "unmapped: x_extra\n      estimated: today",
        "estimated: and settle_days make no sense"
    )]
    [TestCase(
        "azure.compliance.policy_states.yaml",
        "table: findings_daily",
        "table: other_daily",
        "load.table: must be one of cost_daily, findings_daily"
    )]
    [TestCase(
        "azure.cost.cost_billing.yaml",
        "type: azure_scope",
        "type: string",
        "options.scope.parameter: must name a parameter of type azure_scope"
    )]
    [TestCase(
        "claude.cost.cost_billing.yaml",
        "credential: API_KEY",
        "credential: ACCESS_KEY",
        "extract.adapter: needs credential: API_KEY"
    )]
    public void A_fault_is_named_with_its_line_and_key(string file, string old, string wrong, string fault)
    {
        var text = File.ReadAllText(Path.Combine(PipelineBench.TemplatesFolder, file));
        Assert.That(text, Does.Contain(old));
        var changed = text.Replace(old, wrong, StringComparison.Ordinal);

        Assert.That(
            TemplateReader.Read(
                file,
                changed,
                [.. bench.ProviderAdapters()],
                out var errors,
                PipelineBench.TemplatesFolder
            ),
            Is.Null
        );

        Assert.That(errors.Select(error => error.ToString()), Has.Some.Contain(fault));
        Assert.That(errors[0].Line, Is.Positive);
    }
}
