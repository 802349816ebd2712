using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using Scheduler.Api.Auth;

namespace Scheduler.Tests.Api;

/// <summary>What a browser carries and must not change.</summary>
[TestFixture]
public sealed class SignedTextTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [TestCase("")]
    [TestCase("acme|2026-03-02T10:00:00Z")]
    [TestCase("ünïcödé .-_")]
    public void What_was_signed_is_read_again_with_the_same_key_alone(string text)
    {
        var signed = SignedText.Sign(text, Key);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(signed, Does.Match(@"\A[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{43}\z"));
            Assert.That(SignedText.Open(signed, Key), Is.EqualTo(text));
            Assert.That(SignedText.Open(signed, RandomNumberGenerator.GetBytes(32)), Is.Null);
        }
    }

    [Test]
    public void One_wrong_character_anywhere_is_one_too_many()
    {
        var signed = SignedText.Sign("acme", Key);

        for (var at = 0; at < signed.Length; at++)
        {
            foreach (var other in "A.~ ".Where(character => character != signed[at]))
            {
                var changed = $"{signed[..at]}{other}{signed[(at + 1)..]}";

                Assert.That(SignedText.Open(changed, Key), Is.Null, changed);
            }
        }
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("YWNtZQ")]
    [TestCase(".YWNtZQ")]
    [TestCase("YWNtZQ.")]
    [TestCase("=.=")]
    [TestCase("a b.c")]
    public void What_is_no_signed_text_is_none(string text) => Assert.That(SignedText.Open(text, Key), Is.Null);

    [Test]
    public void A_text_signed_for_nothing_is_read_and_its_signature_alone_is_not()
    {
        var signature = Base64Url.EncodeToString(HMACSHA256.HashData(Key, Array.Empty<byte>()));

        Assert.That(SignedText.Open($".{signature}", Key), Is.Empty);
        Assert.That(SignedText.Open(signature, Key), Is.Null);
    }

    [Test]
    public void A_text_over_512_characters_is_none_of_ours()
    {
        // 44 characters are the dot and the signature; 351 bytes take 468 and 352 take 470.
        var longest = SignedText.Sign(new string('x', 351), Key);
        var longer = SignedText.Sign(new string('x', 352), Key);

        Assert.That((longest.Length, longer.Length), Is.EqualTo((512, 514)));
        Assert.That(SignedText.Open(longest, Key), Is.EqualTo(new string('x', 351)));
        Assert.That(SignedText.Open(longer, Key), Is.Null);
    }

    [Test]
    public void The_signature_is_the_standard_one()
    {
        var signature = Base64Url.EncodeToString(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes("acme")));

        Assert.That(SignedText.Sign("acme", Key), Is.EqualTo($"YWNtZQ.{signature}"));
    }
}
