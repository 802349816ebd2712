using NUnit.Framework;
using Scheduler.Core.Google;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Security.Secrets.Kms;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Security.Secrets;

/// <summary>The cipher over real HTTP against a stand-in that speaks the documented JSON.</summary>
public sealed class KmsSecretCipherTests : IAsyncDisposable
{
    private static readonly SecretBinding Binding = new("acme", "cred-1", "GCP");
    private static readonly byte[] Secret = "canary-secret"u8.ToArray();
    private readonly KmsStandIn kms = new();
    private readonly SteppedTime time = new(DateTimeOffset.UnixEpoch);
    private readonly SecretVault vault;

    public KmsSecretCipherTests() => vault = Vault(kms.Address, new OneToken());

    public ValueTask DisposeAsync() => kms.DisposeAsync();

    [Test]
    public void The_checksum_is_castagnolis() => Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283));

    [Test]
    public async Task The_data_key_goes_to_kms_with_the_associated_data_and_the_secret_does_not()
    {
        var made = await vault.SealAsync(Binding, Secret, default);
        using var opened = await vault.OpenAsync(Binding, made.Envelope, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(opened.Bytes.ToArray(), Is.EqualTo(Secret));
            Assert.That(made.KeyVersion, Is.EqualTo($"{KmsStandIn.Key}/cryptoKeyVersions/1"));
            Assert.That(kms.Tokens, Is.EqualTo(["Bearer token-1", "Bearer token-1"]));
            Assert.That(
                kms.Bodies,
                Is.All.Contains(Convert.ToBase64String(Binding.AssociatedData(1))).And.All.Not.Contains("canary")
            );
            Assert.That(string.Concat(kms.Bodies), Does.Not.Contain(Convert.ToBase64String(Secret)));
        }
    }

    [Test]
    public async Task A_row_of_another_customer_does_not_open()
    {
        var made = await vault.SealAsync(Binding, Secret, default);

        Assert.That(
            () => vault.OpenAsync(Binding with { CustomerId = "bolt" }, made.Envelope, default),
            Throws.TypeOf<SecretUnreadableException>()
        );
        Assert.That(kms.Calls, Is.EqualTo(2), "It is not asked again.");
    }

    [Test]
    public async Task After_a_rotation_old_envelopes_open_and_are_wrapped_with_the_new_version()
    {
        var old = await vault.SealAsync(Binding, Secret, default);
        kms.Rotate();

        var renewed = await vault.RewrapAsync(Binding, old.Envelope, default);

        using var first = await vault.OpenAsync(Binding, old.Envelope, default);
        using var second = await vault.OpenAsync(Binding, renewed.Envelope, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(renewed.KeyVersion, Does.EndWith("/cryptoKeyVersions/2"));
            Assert.That(second.Bytes.ToArray(), Is.EqualTo(first.Bytes.ToArray()));
        }
    }

    [TestCase(429, "RESOURCE_EXHAUSTED")]
    [TestCase(500, "INTERNAL")]
    [TestCase(503, "UNAVAILABLE")]
    public async Task A_passing_trouble_is_asked_through(int status, string word)
    {
        kms.Refuse(status, word, times: KmsSecretCipher.Tries - 1);

        await PassAsync(vault.SealAsync(Binding, Secret, default));

        Assert.That(kms.Calls, Is.EqualTo(KmsSecretCipher.Tries));
    }

    [Test]
    public void A_lasting_trouble_fails_the_call()
    {
        kms.Refuse(503, "UNAVAILABLE", times: KmsSecretCipher.Tries);

        Assert.That(
            () => PassAsync(vault.SealAsync(Binding, Secret, default)),
            Throws.TypeOf<CipherUnavailableException>()
        );
    }

    [TestCase(403, "PERMISSION_DENIED")]
    [TestCase(404, "NOT_FOUND")]
    [TestCase(400, "FAILED_PRECONDITION")]
    public async Task What_an_operator_must_mend_is_an_outage_and_not_asked_again(int status, string word)
    {
        var made = await vault.SealAsync(Binding, Secret, default);
        kms.Refuse(status, word);

        Assert.That(
            () => vault.OpenAsync(Binding, made.Envelope, default),
            Throws.TypeOf<CipherUnavailableException>()
        );
        Assert.That(kms.Calls, Is.EqualTo(2));
    }

    [TestCase("ciphertextCrc32c", "1")]
    [TestCase("verifiedPlaintextCrc32c", null)]
    [TestCase("verifiedAdditionalAuthenticatedDataCrc32c", null)]
    [TestCase("name", "")]
    public void An_answer_to_encrypt_whose_checksums_do_not_fit_is_never_used(string field, string? value)
    {
        kms.Spoil(answer => answer[field] = value is null ? false : value, times: KmsSecretCipher.Tries);

        Assert.That(
            () => PassAsync(vault.SealAsync(Binding, Secret, default)),
            Throws.TypeOf<CipherUnavailableException>()
        );
        Assert.That(kms.Calls, Is.EqualTo(KmsSecretCipher.Tries));
    }

    [Test]
    public async Task An_answer_to_decrypt_that_changed_on_the_way_is_asked_for_again()
    {
        var made = await vault.SealAsync(Binding, Secret, default);
        kms.Spoil(answer => answer["plaintext"] = Convert.ToBase64String(new byte[32]));

        using var opened = await PassAsync(vault.OpenAsync(Binding, made.Envelope, default));

        Assert.That(opened.Bytes.ToArray(), Is.EqualTo(Secret));
    }

    [Test]
    public void A_kms_that_hangs_is_given_up_on()
    {
        for (var number = 0; number < KmsSecretCipher.Tries; number++)
        {
            kms.Hang();
        }

        Assert.That(
            () => PassAsync(vault.SealAsync(Binding, Secret, default), seconds: 5),
            Throws.TypeOf<CipherUnavailableException>()
        );
    }

    [Test]
    public void A_kms_that_is_not_there_fails_the_call()
    {
        using var port = new ClosedPort();
        var lonely = Vault(port.Address, new OneToken());

        Assert.That(
            () => PassAsync(lonely.SealAsync(Binding, Secret, default)),
            Throws.TypeOf<CipherUnavailableException>()
        );
    }

    [Test]
    public void Missing_credentials_fail_the_call_and_are_not_quoted()
    {
        var tokenless = Vault(kms.Address, new NoToken());

        Assert.That(
            () => PassAsync(tokenless.SealAsync(Binding, Secret, default)),
            Throws.TypeOf<CipherUnavailableException>().With.Message.Not.Contains("canary")
        );
        Assert.That(kms.Calls, Is.Zero);
    }

    private SecretVault Vault(Uri address, IAccessTokens tokens) =>
        new(new KmsSecretCipher(KmsClient.Create(address, tokens), KmsStandIn.Key, time));

    /// <summary>Enough for each pause between tries, and less than a try may take, unless the test says otherwise.</summary>
    private async Task<T> PassAsync<T>(Task<T> work, double seconds = 0.4)
    {
        await time.RunAsync(work, TimeSpan.FromSeconds(seconds));
        return await work;
    }

    private sealed class OneToken : IAccessTokens
    {
        public ValueTask<string> GetAsync(CancellationToken cancellationToken) => new("token-1");

        public void Drop(string token) => Assert.Fail("It is good.");
    }

    private sealed class NoToken : IAccessTokens
    {
        public ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("canary of a key file");

        public void Drop(string token) => Assert.Fail("There is none.");
    }
}
