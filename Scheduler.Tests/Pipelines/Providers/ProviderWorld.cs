using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Providers.Aws;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Pipelines.Providers.Servers;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>All five providers on loopback, and a customer with a credential of each.</summary>
internal sealed class ProviderWorld : IDisposable
{
    public static readonly LocalDate Today = PipelineBench.Noon.InUtc().Date;
    public static readonly string[] Providers = ["OPENAI", "CLAUDE", "AWS", "AZURE", "GCP"];

    public ProviderWorld()
    {
        Bench.Providers.OpenAi = OpenAi.Endpoint;
        Bench.Providers.Claude = Claude.Endpoint;
        Bench.Providers.AwsCostExplorer = Aws.Endpoint;
        Bench.Providers.AwsSts = Aws.Endpoint;
        Bench.Providers.AwsS3 = Aws.Endpoint;
        Bench.Providers.AzureManagement = Azure.Endpoint;
        Bench.Providers.AzureBlob = Azure.Endpoint;
        Bench.Providers.AzureAuthority = Azure.Endpoint;
        Bench.Providers.GcpBigQuery = Gcp.Endpoint;
        Bench.Providers.GcpStorage = Gcp.Endpoint;
        Bench.Providers.GcpSecurityCenter = Gcp.Endpoint;
        Bench.Providers.GcpToken = Gcp.Endpoint;
        Bench.AwsIdentity = new FixedIdentity();
    }

    public PipelineBench Bench { get; } = new();
    public OpenAiServer OpenAi { get; } = new();
    public ClaudeServer Claude { get; } = new();
    public AwsServer Aws { get; } = new();
    public AzureServer Azure { get; } = new();
    public GcpServer Gcp { get; } = new();

    /// <summary>Replaces a provider's credential.</summary>
    public Dictionary<string, string> Secrets { get; } = [];

    public FakeProvider Server(string provider) =>
        provider switch
        {
            "OPENAI" => OpenAi,
            "CLAUDE" => Claude,
            "AWS" => Aws,
            "AZURE" => Azure,
            _ => Gcp,
        };

    public IDailyCosts Data(string provider) => (IDailyCosts)Server(provider);

    /// <summary>Runs the provider's pipeline; what the servers complained about fails the test.</summary>
    public async Task<PipelineResult> RunAsync(
        string provider,
        string parameters = "{}",
        string domain = "COST",
        string template = "cost_billing",
        long epoch = 1,
        CancellationToken cancellationToken = default
    )
    {
        var item = (await ItemAsync(provider, parameters, domain, template)) with { LeaseEpoch = epoch };
        var result = await Bench.RunAsync(item, cancellationToken);
        NobodyComplained();
        return result;
    }

    public void NobodyComplained() =>
        Assert.That(Providers.SelectMany(provider => Server(provider).Complaints), Is.Empty);

    public async Task<LeaseItem> ItemAsync(
        string provider,
        string parameters = "{}",
        string domain = "COST",
        string template = "cost_billing"
    )
    {
        var (type, secret) = provider switch
        {
            "OPENAI" => ("API_KEY", OpenAiServer.Key),
            "CLAUDE" => ("API_KEY", ClaudeServer.Key),
            "AWS" => (
                "ACCESS_KEY",
                $$"""{"access_key_id":"{{AwsServer.KeyId}}","secret_access_key":"{{AwsServer.Secret}}"}"""
            ),
            "AZURE" => (
                "SERVICE_ACCOUNT",
                $$"""{"tenant_id":"{{AzureServer.Tenant}}","client_id":"{{AzureServer.Client}}","client_secret":"{{AzureServer.Secret}}"}"""
            ),
            _ => ("SERVICE_ACCOUNT", Gcp.KeyFile()),
        };
        secret = Secrets.GetValueOrDefault(provider, secret);
        var made = await Bench.Vault.SealAsync(
            new SecretBinding(PipelineBench.Customer, "cred-1", provider),
            Encoding.UTF8.GetBytes(secret),
            default
        );
        return PipelineBench.Item(provider, domain, template, Parameters(provider, template, parameters)) with
        {
            Credential = new CredentialEnvelope
            {
                CredentialId = "cred-1",
                Provider = provider,
                CredentialType = type,
                EncryptedCredentials = Convert.ToBase64String(made.Envelope),
                KmsKeyVersion = made.KeyVersion,
            },
        };
    }

    public void Dispose()
    {
        foreach (var provider in Providers)
        {
            Server(provider).Dispose();
        }
        Bench.Dispose();
    }

    /// <summary>What the template requires, and what the test adds.</summary>
    private static string Parameters(string provider, string template, string more)
    {
        var all = JsonSerializer.Deserialize<Dictionary<string, object>>(more)!;
        if (template.StartsWith("cost_export", StringComparison.Ordinal))
        {
            all.TryAdd("source_account_id", AwsServer.Account);
            return JsonSerializer.Serialize(all);
        }
        switch (provider)
        {
            case "GCP" when template == "security_findings":
                all.TryAdd("parent", GcpServer.Organization);
                break;
            case "AWS":
                all.TryAdd("source_account_id", AwsServer.Account);
                break;
            case "AZURE":
                all.TryAdd("scope", AzureServer.Scope);
                break;
            case "GCP":
                all.TryAdd("billing_project", GcpServer.Project);
                all.TryAdd("billing_table", GcpServer.Table);
                all.TryAdd("location", "EU");
                break;
        }
        return JsonSerializer.Serialize(all);
    }

    private sealed class FixedIdentity : IAwsIdentity
    {
        public Task<AWSCredentials> GetAsync(CancellationToken cancellationToken) =>
            Task.FromResult<AWSCredentials>(new BasicAWSCredentials(AwsServer.ProcessKeyId, AwsServer.ProcessSecret));
    }
}
