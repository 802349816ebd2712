using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Sessions;
using Scheduler.Api.Embedding;
using Scheduler.Api.Settings;

namespace Scheduler.Tests.Dashboard;

/// <summary>What browsers carry: who can make it, for how long it is worth something, and what ends it.</summary>
[TestFixture]
internal sealed class SessionTests
{
    private const string OldKey = "old-canary-0123456789-abcdef";
    private const string NewKey = "new-canary-0123456789-abcdef";
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    private static readonly OperatorSession Session = new("an-id", 1, Now, Now);

    [Test]
    public void Another_instance_with_the_same_key_takes_a_session()
    {
        var cookie = With(OldKey).Write(Session);

        Assert.That(With(OldKey).Read(cookie, Now), Is.EqualTo(Session));
    }

    [Test]
    public void A_session_lives_while_its_key_is_set_and_no_longer()
    {
        var cookie = With(OldKey).Write(Session);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(With(NewKey, OldKey).Read(cookie, Now), Is.EqualTo(Session with { KeyPlace = 2 }));
            Assert.That(With(NewKey).Read(cookie, Now), Is.Null);
        }
    }

    [TestCase(59, 59, true)]
    [TestCase(60, 60, false, Description = "an hour without use")]
    [TestCase(479, 1, true)]
    [TestCase(480, 1, false, Description = "eight hours in all")]
    public void A_session_ends_unused_and_at_last(int minutesOld, int minutesUnused, bool lives)
    {
        var session = Session with
        {
            SignedInAt = Now - Duration.FromMinutes(minutesOld),
            SeenAt = Now - Duration.FromMinutes(minutesUnused),
        };

        Assert.That(With(OldKey).Read(With(OldKey).Write(session), Now), lives ? Is.EqualTo(session) : Is.Null);
    }

    [Test]
    public void Nothing_that_was_changed_is_taken()
    {
        var cookie = With(OldKey).Write(Session);

        for (var place = 0; place < cookie.Length; place++)
        {
            var changed = cookie[..place] + (cookie[place] == 'A' ? 'B' : 'A') + cookie[(place + 1)..];
            // The last character of Base64 has bits that stand for nothing.
            var says = With(OldKey).Read(changed, Now);
            Assert.That(says, Is.Null.Or.EqualTo(Session), changed);
        }
        Assert.That(With(OldKey).Read("", Now), Is.Null);
        Assert.That(With(OldKey).Read("a.b.c", Now), Is.Null);
        Assert.That(With(OldKey).Read(new string('A', 10_000), Now), Is.Null);
    }

    [Test]
    public void A_forms_proof_is_of_one_session_and_one_key()
    {
        var proof = With(OldKey).FormProof(Session);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(With(OldKey).IsProofOf(Session, proof), Is.True);
            Assert.That(With(OldKey).IsProofOf(Session with { Id = "another" }, proof), Is.False);
            Assert.That(With(NewKey).IsProofOf(Session, proof), Is.False);
            Assert.That(With(OldKey).IsProofOf(Session, null), Is.False);
        }
    }

    [Test]
    public void What_is_signed_for_one_use_is_worth_nothing_for_another()
    {
        var options = Options(OldKey);
        var link = new EmbedLinks(options).Sign("acme", Now + Duration.FromHours(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new SessionTokens(options).Read(link.Token, Now), Is.Null);
            Assert.That(new EmbedLinks(options).Read(With(OldKey).Write(Session), Now), Is.Null);
        }
    }

    [Test]
    public void A_link_is_of_one_customer_until_its_end()
    {
        var end = Now + Duration.FromMinutes(15);
        var link = new EmbedLinks(Options(OldKey)).Sign("acme", end);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Read(OldKey, link.Token, end - Duration.FromSeconds(1))?.CustomerId, Is.EqualTo("acme"));
            Assert.That(Read(OldKey, link.Token, end), Is.Null);
            Assert.That(Read(NewKey, link.Token, Now), Is.Null);
            Assert.That(Read(OldKey, "Z" + link.Token[1..], Now), Is.Null);
            Assert.That(Read(OldKey, null, Now), Is.Null);
            Assert.That(link.ToString(), Does.Not.Contain(link.Token));
        }
    }

    private static EmbedLink? Read(string key, string? token, Instant now) =>
        new EmbedLinks(Options(key)).Read(token, now);

    private static SessionTokens With(params string[] keys) => new(Options(keys));

    private static ApiOptions Options(params string[] keys) => new() { AdminKeys = new MachineKeys(keys) };
}
