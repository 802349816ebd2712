using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Security;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Security;

[TestFixture]
internal sealed class ApiKeyPropertyTests
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    private static readonly Gen<string> CustomerId = Gen.OneOf(
        Text(Letters, 3, 50),
        // The separator itself may be part of an id.
        Gen.Select(Text(Letters, 0, 20), Text(Letters, 0, 20), (before, after) => $"{before}_api_{after}")
    );

    private static readonly Gen<string> Secret = Text(Letters + "-", 32, 32);

    [Test]
    public void A_key_is_read_as_it_was_made_whoever_it_is_for() =>
        CustomerId.Sample(
            customer =>
            {
                var made = ApiKey.Generate(customer);

                Assert.That(ApiKey.TryParse(made.Reveal(), out var read), Is.True);
                Assert.That((read!.CustomerId, read.Hash, read.Prefix), Is.EqualTo((customer, made.Hash, made.Prefix)));
                Assert.That(made.Reveal(), Does.StartWith(made.Prefix).And.Length.EqualTo(made.Prefix.Length + 26));
            },
            iter: Cases.Of(2_000)
        );

    [Test]
    public void No_two_keys_have_the_same_hash_and_no_key_shows_its_secret() =>
        Gen.Select(CustomerId, Secret, CustomerId, Secret)
            .Where((a, secret, b, other) => a != b || secret != other)
            .Sample(
                (a, secret, b, other) =>
                    Read($"{a}_api_{secret}").Hash != Read($"{b}_api_{other}").Hash
                    && !$"{Read($"{a}_api_{secret}")}".Contains(secret[6..], StringComparison.Ordinal),
                iter: Cases.Of(2_000)
            );

    [Test]
    public void One_wrong_character_is_one_too_many() =>
        Gen.Select(
                CustomerId,
                Secret,
                Gen.Int[0, 200],
                Gen.Char["\0\n\r\t .,:;/\\'\"`+=*%$#@!?()[]{}<>|~^&äß\u0131\u0660\u200b\u212a\ufeff\uff41\ud800"]
            )
            .Sample(
                (customer, secret, at, wrong) =>
                {
                    var key = $"{customer}_api_{secret}";
                    var (place, next) = (at % (key.Length + 1), at % key.Length);

                    return !ApiKey.TryParse(key.Insert(place, $"{wrong}"), out _)
                        && !ApiKey.TryParse(key.Remove(next, 1).Insert(next, $"{wrong}"), out _);
                },
                iter: Cases.Of(5_000)
            );

    [Test]
    public void A_shorter_secret_or_an_id_that_is_none_makes_no_key() =>
        Gen.Select(Text(Letters, 0, 60), Text(Letters + "-", 0, 64))
            .Sample(
                (customer, secret) =>
                {
                    var isRead = ApiKey.TryParse($"{customer}_api_{secret}", out var key);
                    // What is too long for a secret may be the end of an id, as long as a separator stands where one must.
                    return isRead
                        ? $"{key!.CustomerId}_api_{$"{customer}_api_{secret}"[^32..]}" == $"{customer}_api_{secret}"
                            && key.CustomerId.Length is >= 3 and <= 50
                        : secret.Length != 32 || customer.Length is < 3 or > 50;
                },
                iter: Cases.Of(5_000)
            );

    [Test]
    public void Whatever_is_sent_is_a_key_or_is_not() =>
        Gen.OneOf(Gen.String, Text("ab_pi-\n é", 0, 60))
            .Sample(text => ApiKey.TryParse(text, out var key) == (key?.Reveal() == text), iter: Cases.Of(10_000));

    private static ApiKey Read(string text) =>
        ApiKey.TryParse(text, out var key) ? key : throw new ArgumentException(text);

    private static Gen<string> Text(string letters, int least, int most) =>
        Gen.Char[letters].Array[least, most].Select(chosen => new string(chosen));
}
