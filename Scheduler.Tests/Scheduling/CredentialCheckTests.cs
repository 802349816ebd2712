using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Scheduling;

/// <summary>Which credential a pipeline may name, and when it has to.</summary>
[TestFixture]
internal sealed class CredentialCheckTests : SchedulingFixture
{
    [TestCase("ACCESS_KEY", 0, false)]
    [TestCase("ACCESS_KEY", 1, false)]
    [TestCase("ACCESS_KEY", 2, true)]
    [TestCase("ACCESS_KEY optional", 2, false)]
    [TestCase("none", 2, false)]
    public async Task One_has_to_be_named_where_one_is_needed_and_several_are_there(
        string need,
        int there,
        bool isFault
    )
    {
        for (var nth = 0; nth < there; nth++)
        {
            await MakeCredentialAsync($"aws-{nth}");
        }
        await MakeCredentialAsync("other", "GCP");

        var fault = await FaultAsync(null, need);

        Assert.That(fault, isFault ? Is.InstanceOf<ConfigureResult.AmbiguousCredential>() : Is.Null);
    }

    [TestCase("ACCESS_KEY")]
    [TestCase("ACCESS_KEY optional")]
    public async Task An_active_one_of_the_provider_and_the_type_is_right(string need)
    {
        var named = await MakeCredentialAsync("main");
        await MakeCredentialAsync("other");

        Assert.That(await FaultAsync(named.CredentialId, need), Is.Null);
    }

    [Test]
    public async Task A_template_that_uses_none_says_so()
    {
        var named = await MakeCredentialAsync("main");

        Assert.That(await MessageAsync(named.CredentialId, "none"), Is.EqualTo("cost_billing uses no credential."));
    }

    [Test]
    public async Task One_that_is_not_there_not_active_of_another_provider_or_customer_is_refused()
    {
        await H.OnboardAsync("bolt");
        var off = await MakeCredentialAsync("off");
        await H.Credentials.DeactivateAsync("acme", off.CredentialId, H.Stamp(), H.Now, default);
        var gcp = await MakeCredentialAsync("gcp", "GCP");
        var foreign = await MakeCredentialAsync("main", customerId: "bolt");

        using (Assert.EnterMultipleScope())
        {
            foreach (var id in new[] { "none", off.CredentialId, gcp.CredentialId, foreign.CredentialId })
            {
                Assert.That(await MessageAsync(id, "ACCESS_KEY"), Is.EqualTo("Is not an active credential of AWS."));
            }
        }
    }

    [Test]
    public async Task One_of_another_type_is_refused_with_the_type_that_would_be_right()
    {
        var named = await MakeCredentialAsync("main", type: CredentialType.ApiKey);

        Assert.That(await MessageAsync(named.CredentialId, "ACCESS_KEY"), Is.EqualTo("Must be of type ACCESS_KEY."));
    }

    private async Task<string?> MessageAsync(string credentialId, string need) =>
        (await FaultAsync(credentialId, need) as ConfigureResult.WrongCredential)?.Message;

    private Task<ConfigureResult?> FaultAsync(string? credentialId, string need)
    {
        var template = new PipelineTemplate
        {
            Provider = "AWS",
            Domain = "COST",
            Name = "cost_billing",
            Version = "1.0.0",
            Credential = need,
            RunTimeout = Duration.FromMinutes(1),
            CallTimeout = Duration.FromMinutes(1),
            Steps = [],
        };
        return Credentials.FaultAsync("acme", credentialId, template, default);
    }
}
