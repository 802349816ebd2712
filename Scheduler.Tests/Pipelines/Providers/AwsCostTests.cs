using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines.Providers.Servers;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class AwsCostTests : IDisposable
{
    private const string Window = """{"from":"2026-10-30","to":"2026-10-31"}""";
    private readonly ProviderWorld world = new();

    public AwsCostTests() => world.Aws.SetCosts((new(2026, 10, 30), "EC2", "10"), (new(2026, 10, 31), "S3", "2"));

    public void Dispose() => world.Dispose();

    [Test]
    public async Task Credits_refunds_and_taxes_come_with_a_call_of_their_own()
    {
        world.Aws.Others.Add((new(2026, 10, 30), "Credit", "-4"));
        world.Aws.Others.Add((new(2026, 10, 30), "Refund", "-1"));
        world.Aws.Others.Add((new(2026, 10, 31), "Tax", "0.6"));

        PipelineBench.Completed(await world.RunAsync("AWS", Window));

        Assert.That(
            await world.Bench.QueryAsync(
                "select usage_date, sub_account_id, sub_account_name, service_name, charge_description, charge_category, billed_cost "
                    + "from cost_daily order by usage_date, billed_cost"
            ),
            Is.EqualTo([
                "2026-10-30|123456789012|Example account|null|Credit|Credit|-4",
                "2026-10-30|123456789012|Example account|null|Refund|Adjustment|-1",
                "2026-10-30|123456789012|Example account|EC2|null|Usage|10",
                "2026-10-31|123456789012|Example account|null|Tax|Tax|0.6",
                "2026-10-31|123456789012|Example account|S3|null|Usage|2",
            ])
        );
    }

    [Test]
    public async Task A_role_is_assumed_with_its_external_id_and_its_keys_sign()
    {
        AssumeRole(AwsServer.ExternalId);

        PipelineBench.Completed(await world.RunAsync("AWS", Window));

        Assert.That(world.Aws.Assumed, Is.EqualTo(1));
        Assert.That(
            world.Aws.Calls.Select(call => call.Headers!["x-amz-security-token"].Single()),
            Is.All.EqualTo($"{AwsServer.SessionToken}#1").And.Exactly(2).Items
        );
    }

    [Test]
    public async Task A_role_that_does_not_trust_this_deployment_ends_the_run_without_a_call()
    {
        AssumeRole("another");

        var failed = PipelineBench.Failed(await world.RunAsync("AWS", Window));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.AuthorizationFailed, failed.Message)));
        Assert.That(failed.Message, Does.Contain("403").And.Not.Contain("canary"));
        Assert.That(world.Aws.Calls, Is.Empty);
    }

    [Test]
    public async Task A_session_that_has_run_out_is_renewed_once()
    {
        AssumeRole(AwsServer.ExternalId);
        world.Aws.ExpiredSessions = 1;

        PipelineBench.Completed(await world.RunAsync("AWS", Window));

        Assert.That(world.Aws.Assumed, Is.EqualTo(2));
        Assert.That(await world.Bench.QueryAsync("select sum(billed_cost) from cost_daily"), Is.EqualTo(["12"]));
    }

    [Test]
    public async Task A_session_that_runs_out_again_is_not_renewed_again()
    {
        AssumeRole(AwsServer.ExternalId);
        world.Aws.ExpiredSessions = 9;

        var failed = PipelineBench.Failed(await world.RunAsync("AWS", Window));

        Assert.That((failed.ErrorType, world.Aws.Assumed), Is.EqualTo((ErrorType.AuthenticationFailed, 2)));
    }

    [TestCase("InvalidNextTokenException")]
    [TestCase("RequestChangedException")]
    public async Task A_page_token_that_became_invalid_restarts_the_listing_once_and_doubles_nothing(string code)
    {
        world.Aws.PageSize = 1;
        world.Aws.Succeed().Fail(400, $$"""{"__type":"{{code}}"}""");

        PipelineBench.Completed(await world.RunAsync("AWS", Window));

        Assert.That(
            await world.Bench.QueryAsync("select service_name, billed_cost from cost_daily order by 1"),
            Is.EqualTo(["EC2|10", "S3|2"])
        );
    }

    [Test]
    public async Task A_listing_that_would_restart_twice_fails_the_run_for_the_queue_to_try_again()
    {
        world.Aws.FailAlways(400, """{"__type":"InvalidNextTokenException"}""");

        var failed = PipelineBench.Failed(await world.RunAsync("AWS", Window));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.ServiceUnavailable));
        Assert.That(world.Aws.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_alias_cost_analysis_leads_to_the_same_template()
    {
        PipelineBench.Completed(await world.RunAsync("AWS", Window, template: "cost_analysis"));

        Assert.That(
            await world.Bench.QueryAsync("select distinct template from cost_daily"),
            Is.EqualTo(["cost_billing"])
        );
    }

    [Test]
    public async Task Until_the_15th_the_whole_month_before_is_read_again()
    {
        PipelineBench.Completed(await world.RunAsync("AWS"));

        Assert.That(
            await world.Bench.QueryAsync("select window_from, window_to from x_meta_pipeline_runs"),
            Is.EqualTo(["2026-10-01|2026-11-02"])
        );
        Assert.That(world.Aws.Calls, Has.Count.EqualTo(4), "two months, two calls each");
    }

    private void AssumeRole(string externalId) =>
        world.Secrets["AWS"] = $$"""{"role_arn":"{{AwsServer.RoleArn}}","external_id":"{{externalId}}"}""";
}
