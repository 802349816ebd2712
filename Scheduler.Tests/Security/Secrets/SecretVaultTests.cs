using System.Text;
using NUnit.Framework;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Security.Secrets;

public sealed class SecretVaultTests
{
    private static readonly SecretBinding Binding = new("acme", "cred-1", "GCP");
    private static readonly byte[] Secret = "canary-secret"u8.ToArray();
    private readonly TestCipher cipher = new();

    private SecretVault Vault => new(cipher);

    [Test]
    public async Task What_was_sealed_opens_under_the_same_binding_and_is_overwritten_after_use()
    {
        var made = await Vault.SealAsync(Binding, Secret, default);

        var opened = await Vault.OpenAsync(Binding, made.Envelope, default);
        var bytes = opened.Bytes;

        Assert.That(bytes.ToArray(), Is.EqualTo(Secret));
        opened.Dispose();
        Assert.That(bytes.ToArray(), Is.All.Zero);
    }

    [Test]
    public async Task The_envelope_does_not_hold_the_secret_and_no_two_are_alike()
    {
        var first = await Vault.SealAsync(Binding, Secret, default);
        var second = await Vault.SealAsync(Binding, Secret, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Encoding.Latin1.GetString(first.Envelope), Does.Not.Contain("canary"));
            Assert.That(first.Envelope, Is.Not.EqualTo(second.Envelope));
        }
    }

    [TestCase("bolt", "cred-1", "GCP")]
    [TestCase("acme", "cred-2", "GCP")]
    [TestCase("acme", "cred-1", "AWS")]
    [TestCase("acmec", "red-1", "GCP")]
    [TestCase("acme", "cred-1G", "CP")]
    public async Task A_row_copied_elsewhere_does_not_open(string customer, string id, string purpose)
    {
        var made = await Vault.SealAsync(Binding, Secret, default);
        var other = new SecretBinding(customer, id, purpose);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Vault.OpenAsync(other, made.Envelope, default),
                Throws.TypeOf<SecretUnreadableException>()
            );
            Assert.That(
                () => Vault.RewrapAsync(other, made.Envelope, default),
                Throws.TypeOf<SecretUnreadableException>()
            );
        }
    }

    /// <summary>The payload has the binding too: a data key of one row does not open another row's payload.</summary>
    [Test]
    public async Task Parts_of_two_envelopes_do_not_fit_together()
    {
        var one = SecretEnvelope.Parse((await Vault.SealAsync(Binding, Secret, default)).Envelope);
        var two = SecretEnvelope.Parse((await Vault.SealAsync(Binding, Secret, default)).Envelope);
        var mixed = (one with { Payload = two.Payload }).ToBytes();

        Assert.That(() => Vault.OpenAsync(Binding, mixed, default), Throws.TypeOf<SecretUnreadableException>());
    }

    [Test]
    public async Task Every_changed_or_missing_byte_is_noticed()
    {
        var envelope = (await Vault.SealAsync(Binding, Secret, default)).Envelope;
        // The version of the test's key stands unprotected in the fourth byte; a real cipher looks it up.
        foreach (var place in Enumerable.Range(0, envelope.Length).Where(place => place != 3))
        {
            var changed = envelope.ToArray();
            changed[place] ^= 1;
            Assert.That(
                () => Vault.OpenAsync(Binding, changed, default),
                Throws.TypeOf<SecretUnreadableException>(),
                $"byte {place}"
            );
        }
        foreach (var length in (int[])[0, 1, 2, 3, 40, envelope.Length - 1])
        {
            Assert.That(
                () => Vault.OpenAsync(Binding, envelope.AsMemory(0, length), default),
                Throws.TypeOf<SecretUnreadableException>(),
                $"{length} bytes"
            );
        }
    }

    [Test]
    public async Task Wrapping_anew_moves_the_data_key_and_leaves_the_payload()
    {
        var old = await Vault.SealAsync(Binding, Secret, default);
        cipher.AddVersion();

        var renewed = await Vault.RewrapAsync(Binding, old.Envelope, default);

        using var opened = await Vault.OpenAsync(Binding, renewed.Envelope, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((old.KeyVersion, renewed.KeyVersion), Is.EqualTo(("test:1", "test:2")));
            Assert.That(opened.Bytes.ToArray(), Is.EqualTo(Secret));
            Assert.That(
                SecretEnvelope.Parse(renewed.Envelope).Payload.ToArray(),
                Is.EqualTo(SecretEnvelope.Parse(old.Envelope).Payload.ToArray())
            );
        }
    }

    [Test]
    public void A_cipher_that_is_down_fails_the_call()
    {
        cipher.IsDown = true;

        Assert.That(() => Vault.SealAsync(Binding, Secret, default), Throws.TypeOf<CipherUnavailableException>());
    }
}
