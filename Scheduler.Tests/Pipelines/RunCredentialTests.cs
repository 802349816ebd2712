using System.Text;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines;

/// <summary>What becomes of a leased envelope in the process that runs the pipeline.</summary>
internal sealed class RunCredentialTests : IAsyncDisposable
{
    private const string Token = "canary-token";
    private readonly TestCipher cipher = new();
    private readonly PipelineBench bench = new();
    private readonly TokenServer server = new(
        Token,
        Encoding.UTF8.GetBytes(PipelineBench.Costs(("2026-10-01", "vm", "1")))
    );

    public RunCredentialTests()
    {
        bench.Vault = new SecretVault(cipher);
        bench.AllowedHosts = server.Setting.Value;
    }

    public async ValueTask DisposeAsync()
    {
        bench.Dispose();
        await server.DisposeAsync();
    }

    [Test]
    public async Task The_secret_is_sent_to_the_host_of_the_url()
    {
        var result = await bench.RunAsync(await ItemAsync());

        PipelineBench.Completed(result);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Metrics.CredentialUsed, Is.True);
            Assert.That(server.Refused, Is.Zero);
        }
    }

    [Test]
    public async Task A_file_on_disk_does_not_open_it()
    {
        bench.WriteCosts(("2026-10-01", "vm", "1"));
        var item = PipelineBench.FocusItem() with { Credential = (await ItemAsync()).Credential };

        var result = await bench.RunAsync(item);

        PipelineBench.Completed(result);
        Assert.That((result.Metrics.CredentialUsed, cipher.Unwrapped), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task Without_one_the_host_refuses_and_no_credential_is_blamed()
    {
        var failed = PipelineBench.Failed(await bench.RunAsync((await ItemAsync()) with { Credential = null }));

        Assert.That(
            (failed.ErrorType, failed.Metrics.CredentialUsed),
            Is.EqualTo((ErrorType.AuthenticationFailed, (bool?)false))
        );
    }

    [Test]
    public async Task A_key_that_cannot_be_used_is_an_outage()
    {
        var item = await ItemAsync();
        cipher.IsDown = true;

        Assert.That(
            PipelineBench.Failed(await bench.RunAsync(item)).ErrorType,
            Is.EqualTo(ErrorType.ServiceUnavailable)
        );
    }

    [TestCase("another customer's")]
    [TestCase("cut short")]
    [TestCase("of another type")]
    public async Task An_envelope_that_does_not_belong_here_is_refused_without_its_content(string fault)
    {
        var item = await ItemAsync(fault == "another customer's" ? "bolt" : PipelineBench.Customer);
        var credential = item.Credential!;
        item = item with
        {
            Credential = fault switch
            {
                "cut short" => credential with { EncryptedCredentials = credential.EncryptedCredentials[..40] },
                "of another type" => credential with { CredentialType = "ACCESS_KEY" },
                _ => credential,
            },
        };

        var failed = PipelineBench.Failed(await bench.RunAsync(item));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));
            Assert.That(
                failed.Message,
                Does.Not.Contain("canary").And.Not.Contain(credential.EncryptedCredentials[..20])
            );
            Assert.That(failed.Metrics.CredentialUsed, Is.False);
        }
    }

    private async Task<LeaseItem> ItemAsync(string sealedFor = PipelineBench.Customer)
    {
        var made = await bench.Vault.SealAsync(
            new SecretBinding(sealedFor, "cred-1", "FILE"),
            Encoding.UTF8.GetBytes(Token),
            default
        );
        return PipelineBench.FocusItem($$"""{"url":"{{server.Export}}"}""") with
        {
            Credential = new CredentialEnvelope
            {
                CredentialId = "cred-1",
                Provider = "FILE",
                CredentialType = "API_KEY",
                EncryptedCredentials = Convert.ToBase64String(made.Envelope),
                KmsKeyVersion = made.KeyVersion,
            },
        };
    }
}
