using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines.Providers.Servers;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>The domains SECURITY and COMPLIANCE: what holds on the day of the run.</summary>
[TestFixture]
internal sealed class FindingsTests : IDisposable
{
    private const string Firewall = "//compute.googleapis.com/projects/p/global/firewalls/default";

    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    [Test]
    public async Task Findings_of_Security_Command_Center_are_read_to_the_last_page()
    {
        world.Gcp.PageSize = 2;
        world.Gcp.Findings.AddRange([
            Finding("1", "OPEN_FIREWALL", "HIGH", Firewall),
            Finding("2", "PUBLIC_BUCKET_ACL", "MEDIUM", "//storage.googleapis.com/b"),
            Finding("3", "OPEN_FIREWALL", "HIGH", Firewall),
        ]);

        PipelineBench.Completed(await SecurityAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Gcp.Calls, Has.Count.EqualTo(2));
            Assert.That(
                await world.Bench.QueryAsync(
                    "select provider, domain, source_account_id, observed_date, sub_account_id, resource_id, resource_type, check_id, "
                        + "check_name, severity, state, region_id, finding_count from findings_daily order by check_id"
                ),
                Is.EqualTo([
                    $"GCP|SECURITY|{GcpServer.Organization}|2026-11-02|projects/p|{Firewall}|google.compute.Firewall|OPEN_FIREWALL|MISCONFIGURATION|HIGH|ACTIVE|global|2",
                    $"GCP|SECURITY|{GcpServer.Organization}|2026-11-02|projects/p|//storage.googleapis.com/b|google.compute.Firewall|PUBLIC_BUCKET_ACL|MISCONFIGURATION|MEDIUM|ACTIVE|global|1",
                ])
            );
            Assert.That(
                await world.Bench.QueryAsync("select x_extra from findings_daily where check_id = 'OPEN_FIREWALL'"),
                Is.EqualTo(["""{"mute":"UNMUTED"}"""]),
                "what two findings of one resource agree on"
            );
            Assert.That(
                await world.Bench.QueryAsync(
                    "select window_from, window_to, billed_total, currency from x_meta_pipeline_runs"
                ),
                Is.EqualTo(["2026-11-02|2026-11-02|null|null"])
            );
        }
    }

    [Test]
    public async Task What_was_mended_is_gone_from_the_day_and_stays_on_the_days_before()
    {
        world.Gcp.Findings.Add(Finding("1", "OPEN_FIREWALL", "HIGH", Firewall));
        PipelineBench.Completed(await SecurityAsync());
        world.Bench.Time.Advance(TimeSpan.FromDays(1));
        PipelineBench.Completed(await SecurityAsync(epoch: 2));
        world.Gcp.Findings.Clear();

        PipelineBench.Completed(await SecurityAsync(epoch: 3));

        Assert.That(
            await world.Bench.QueryAsync("select observed_date, check_id from findings_daily"),
            Is.EqualTo(["2026-11-02|OPEN_FIREWALL"])
        );
    }

    [Test]
    public async Task A_failure_on_the_last_page_leaves_the_findings_of_before()
    {
        world.Gcp.Findings.Add(Finding("1", "OPEN_FIREWALL", "HIGH", Firewall));
        PipelineBench.Completed(await SecurityAsync());
        world.Gcp.Findings.Add(Finding("2", "PUBLIC_BUCKET_ACL", "MEDIUM", "//storage.googleapis.com/b"));
        world.Gcp.PageSize = 1;
        world.Gcp.Succeed().FailAlways(400, """{"error":{"errors":[{"reason":"invalid"}]}}""");

        PipelineBench.Failed(await SecurityAsync(epoch: 2));

        Assert.That(await world.Bench.QueryAsync("select check_id from findings_daily"), Is.EqualTo(["OPEN_FIREWALL"]));
    }

    [TestCase("organizations/x")]
    [TestCase("projects/a/../b")]
    [TestCase("https://evil.example")]
    public async Task A_parent_of_another_form_is_not_asked_for(string parent)
    {
        var failed = PipelineBench.Failed(
            await world.RunAsync("GCP", $$"""{"parent":"{{parent}}"}""", "SECURITY", "security_findings")
        );

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain("parent"));
        Assert.That(world.Gcp.AllCalls, Is.Empty);
    }

    [Test]
    public async Task An_account_that_may_not_see_findings_is_not_authorized()
    {
        world.Gcp.FailAlways(403, """{"error":{"code":403,"status":"PERMISSION_DENIED","message":"canary"}}""");

        var failed = PipelineBench.Failed(await SecurityAsync());

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.AuthorizationFailed, failed.Message)));
        Assert.That(failed.Message, Does.Contain("PERMISSION_DENIED").And.Not.Contain("canary"));
    }

    [Test]
    public async Task States_of_Azure_Policy_are_read_to_the_last_page()
    {
        world.Azure.PageSize = 1;
        world.Azure.PolicyStates.AddRange([State("vm-1", "audit-disks"), State("vm-2", "audit-disks")]);

        PipelineBench.Completed(await ComplianceAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Azure.Calls.Select(call => call.Method), Is.EqualTo(["POST", "POST"]));
            Assert.That(
                await world.Bench.QueryAsync(
                    "select domain, observed_date, sub_account_id, resource_id, resource_type, check_id, check_name, state, region_id, "
                        + "finding_count, x_extra from findings_daily order by resource_id"
                ),
                Is.EqualTo([
                    """COMPLIANCE|2026-11-02|sub-1|/subscriptions/sub-1/vm-1|Microsoft.Compute/virtualMachines|/policies/audit-disks|audit-disks|NonCompliant|westeurope|1|{"isCompliant":"false"}""",
                    """COMPLIANCE|2026-11-02|sub-1|/subscriptions/sub-1/vm-2|Microsoft.Compute/virtualMachines|/policies/audit-disks|audit-disks|NonCompliant|westeurope|1|{"isCompliant":"false"}""",
                ])
            );
        }
    }

    [Test]
    public async Task A_link_to_another_host_is_refused_and_gets_no_token()
    {
        using var other = new OpenAiServer();
        world.Azure.PolicyStates.Add(State("vm-1", "audit-disks"));
        world.Azure.ForeignLink = other.Endpoint.Address.ToString();

        var failed = PipelineBench.Failed(await ComplianceAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.SchemaDrift));
            Assert.That(failed.Message, Does.Contain("@odata.nextLink"));
            Assert.That(other.AllCalls, Is.Empty);
        }
    }

    [Test]
    public async Task A_state_without_its_policy_is_schema_drift_that_names_the_column()
    {
        var state = State("vm-1", "audit-disks");
        state.Remove("policyDefinitionId");
        world.Azure.PolicyStates.AddRange([State("vm-0", "audit-disks"), state]);

        var failed = PipelineBench.Failed(await ComplianceAsync());

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.SchemaDrift, failed.Message)));
        Assert.That(failed.Message, Does.Contain("Row 2").And.Contain("policyDefinitionId").And.Contain("check_id"));
    }

    private Task<PipelineResult> SecurityAsync(long epoch = 1) =>
        world.RunAsync("GCP", domain: "SECURITY", template: "security_findings", epoch: epoch);

    private Task<PipelineResult> ComplianceAsync() =>
        world.RunAsync("AZURE", domain: "COMPLIANCE", template: "policy_states");

    private static JsonObject Finding(string id, string category, string severity, string resource) =>
        new()
        {
            ["finding"] = new JsonObject
            {
                ["name"] = $"{GcpServer.Organization}/sources/1/locations/global/findings/{id}",
                ["resourceName"] = resource,
                ["state"] = "ACTIVE",
                ["category"] = category,
                ["severity"] = severity,
                ["findingClass"] = "MISCONFIGURATION",
                ["mute"] = "UNMUTED",
                ["description"] = "a long text",
                ["sourceProperties"] = new JsonObject { ["Recommendation"] = "a longer one" },
            },
            ["resource"] = new JsonObject
            {
                ["name"] = resource,
                ["type"] = "google.compute.Firewall",
                ["location"] = "global",
                ["gcpMetadata"] = new JsonObject { ["project"] = "projects/p" },
            },
        };

    private static JsonObject State(string resource, string policy) =>
        new()
        {
            ["@odata.id"] = null,
            ["@odata.context"] = "https://management.azure.com/$metadata#latest/$entity",
            ["timestamp"] = "2026-11-02T09:00:00Z",
            ["subscriptionId"] = "sub-1",
            ["resourceId"] = $"/subscriptions/sub-1/{resource}",
            ["resourceType"] = "Microsoft.Compute/virtualMachines",
            ["resourceLocation"] = "westeurope",
            ["policyDefinitionId"] = $"/policies/{policy}",
            ["policyDefinitionName"] = policy,
            ["complianceState"] = "NonCompliant",
            ["isCompliant"] = false,
        };
}
