using NUnit.Framework;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Security;

public sealed class ApiKeyTests
{
    [Test]
    public void A_new_key_has_the_stated_form_and_parts()
    {
        var key = ApiKey.Generate("acme_api_corp");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(key.Reveal(), Does.Match(@"^acme_api_corp_api_[A-Za-z0-9_-]{32}$"));
            Assert.That(key.CustomerId, Is.EqualTo("acme_api_corp"));
            Assert.That(key.Prefix, Is.EqualTo(key.Reveal()[..("acme_api_corp_api_".Length + 6)]));
            Assert.That(key.Hash, Does.Match("^[0-9a-f]{64}$"));
            Assert.That(key.ToString(), Does.Not.Contain(key.Reveal()[^26..]));
        }
    }

    [Test]
    public void The_hash_is_the_sha256_of_the_text()
    {
        Assert.That(ApiKey.TryParse("acme_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", out var key), Is.True);

        Assert.That(
            key!.Hash,
            Is.EqualTo(
                Convert.ToHexStringLower(
                    System.Security.Cryptography.SHA256.HashData("acme_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"u8)
                )
            )
        );
    }

    [Test]
    public void Two_keys_are_never_the_same()
    {
        var keys = Enumerable.Range(0, 1_000).Select(_ => ApiKey.Generate("acme").Reveal());

        Assert.That(keys.Distinct().Count(), Is.EqualTo(1_000));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("ab_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("acme_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("acme_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")]
    [TestCase("acme_api_AAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAA")]
    [TestCase("a.me_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Anything_else_is_not_a_key(string? text)
    {
        Assert.That(ApiKey.TryParse(text, out _), Is.False);
    }
}
