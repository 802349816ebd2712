using NUnit.Framework;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Tests.Security.Secrets;

[Platform("Linux,MacOsX")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LocalSecretCipherTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly SecretBinding Binding = new("acme", "cred-1", "GCP");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-key-");

    private string File => Path.Combine(folder.FullName, "data", "credentials.key");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public void The_file_is_made_for_its_owner_alone_and_never_made_again()
    {
        LocalKeyFile.Ensure(File);
        var first = System.IO.File.ReadAllText(File);
        LocalKeyFile.Ensure(File);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(System.IO.File.GetUnixFileMode(File), Is.EqualTo(OwnerOnly));
            Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo(first));
        }
    }

    [Test]
    public async Task The_newest_version_wraps_and_all_unwrap_without_a_restart()
    {
        LocalKeyFile.Ensure(File);
        var running = new LocalSecretCipher(File);
        var old = await new SecretVault(running).SealAsync(Binding, new byte[] { 1, 2, 3 }, default);

        var added = LocalKeys.Add(File);

        var fresh = await new SecretVault(running).SealAsync(Binding, new byte[] { 4 }, default);
        using var opened = await new SecretVault(running).OpenAsync(Binding, old.Envelope, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(old.KeyVersion, Does.StartWith("local:1-"));
            Assert.That(fresh.KeyVersion, Is.EqualTo(added).And.StartsWith("local:2-"));
            Assert.That(opened.Bytes.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        }
    }

    [Test]
    public async Task A_key_that_is_not_in_the_file_is_an_outage_and_not_a_broken_envelope()
    {
        LocalKeyFile.Ensure(File);
        var made = await new SecretVault(new LocalSecretCipher(File)).SealAsync(Binding, new byte[] { 1 }, default);
        System.IO.File.Delete(File);
        LocalKeyFile.Ensure(File);

        var vault = new SecretVault(new LocalSecretCipher(File));

        Assert.That(
            () => vault.OpenAsync(Binding, made.Envelope, default),
            Throws.TypeOf<CipherUnavailableException>()
        );
    }

    [TestCase("")]
    [TestCase("1 bm90IGEga2V5")]
    [TestCase("one AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [TestCase("0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [TestCase("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_broken_file_stops_the_start_with_a_line_that_names_the_setting(string text)
    {
        LocalKeyFile.Ensure(File);
        System.IO.File.WriteAllText(File, text);

        var result = new SecretSettings().Validate(null, new SecretOptions { KeyFile = File, MakesKeyFile = true });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.FailureMessage, Does.StartWith("Scheduler__Secrets__KeyFile: ").And.Contains(File));
            Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo(text), "It is left for somebody to look at.");
        }
    }

    [Test]
    public void A_file_that_others_may_read_stops_the_start()
    {
        LocalKeyFile.Ensure(File);
        System.IO.File.SetUnixFileMode(File, OwnerOnly | UnixFileMode.GroupRead);

        var result = new SecretSettings().Validate(null, new SecretOptions { KeyFile = File });

        Assert.That(result.FailureMessage, Does.Contain("chmod 600"));
    }

    [TestCase(
        "projects/p/locations/eu/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        "https://cloudkms.googleapis.com",
        "KmsKey"
    )]
    [TestCase("my-key", "https://cloudkms.googleapis.com", "KmsKey")]
    [TestCase("projects/p/locations/eu/keyRings/r/cryptoKeys/k", "http://kms.example.com", "KmsEndpoint")]
    [TestCase("projects/p/locations/eu/keyRings/r/cryptoKeys/k", "https://kms.example.com/v1", "KmsEndpoint")]
    public void A_wrong_kms_setting_stops_the_start(string key, string endpoint, string setting)
    {
        var options = new SecretOptions { KmsKey = key, KmsEndpoint = endpoint };

        Assert.That(
            new SecretSettings().Validate(null, options).FailureMessage,
            Does.StartWith($"Scheduler__Secrets__{setting}: ")
        );
    }
}
