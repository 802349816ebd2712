using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Credentials;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What stands on the stores, over one of its own. The customer is acme.</summary>
internal abstract class SchedulingFixture : HeldStoreFixture
{
    protected PipelineRetirement Retirement => new(H.Configs, H.Queue, H.Clock, H.Ids);

    protected CredentialCheck Credentials => new(H.Credentials);

    [SetUp]
    public Task Onboard() => H.OnboardAsync("acme");

    protected PipelineConfiguration Configuration(bool allowProbe = true, int most = 1_000) =>
        new(
            H.Configs,
            H.Customers,
            Retirement,
            Credentials,
            ShippedTemplates.Catalog,
            Options.Create(new PipelineOptions { AllowProbe = allowProbe }),
            H.Clock,
            H.Ids,
            new PipelineLimits { MaxPerCustomer = most }
        );

    protected static IReadOnlyDictionary<string, JsonElement> Account { get; } =
        new Dictionary<string, JsonElement> { ["source_account_id"] = StoreHarness.Json("\"1234\"") };

    protected async Task<StoredCredential> MakeCredentialAsync(
        string name,
        string provider = "AWS",
        CredentialType type = CredentialType.AccessKey,
        string customerId = "acme"
    )
    {
        var made = await H.Credentials.CreateAsync(
            new NewCredential
            {
                CredentialId = H.Ids.NewId(H.Now),
                CustomerId = customerId,
                Provider = provider,
                CredentialType = type,
                CredentialName = name,
                Secret = new SealedSecret(Encoding.UTF8.GetBytes(name), "test:1"),
            },
            H.Stamp(),
            H.Now,
            default
        );
        return ((CredentialResult.Done)made).Credential;
    }
}
