using NUnit.Framework;
using Scheduler.Api.Auth;

namespace Scheduler.Tests.Api;

/// <summary>The keys that are set in the environment.</summary>
[TestFixture]
public sealed class MachineKeysTests
{
    private const string Varied = "abcdefgh";

    [TestCase(23, false)]
    [TestCase(24, true)]
    [TestCase(256, true)]
    [TestCase(257, false)]
    public void A_key_is_long_enough_and_not_endless(int length, bool isOne) =>
        Assert.That(MachineKeys.IsStrong(Varied + new string('x', length - Varied.Length)), Is.EqualTo(isOne));

    [TestCase("abcdefg", false)]
    [TestCase("abcdefgh", true)]
    public void A_key_has_eight_different_characters(string letters, bool isOne) =>
        Assert.That(MachineKeys.IsStrong(string.Concat(Enumerable.Repeat(letters, 4))), Is.EqualTo(isOne));

    [TestCase('!', true)]
    [TestCase('~', true)]
    [TestCase(' ', false)]
    [TestCase('\x1f', false, TestName = "A key has no control characters")]
    [TestCase('\x7f', false, TestName = "A key has no delete character")]
    [TestCase(',', false)]
    [TestCase('é', false)]
    public void A_key_has_nothing_but_visible_ascii_without_the_comma(char character, bool isOne) =>
        Assert.That(MachineKeys.IsStrong($"{Varied}0123456789{character}23456789"), Is.EqualTo(isOne));

    [TestCase("one", 1)]
    [TestCase("two", 2)]
    [TestCase("three", 3)]
    [TestCase("four", 0)]
    [TestCase("", 0)]
    [TestCase("onetwo", 0)]
    public void A_key_is_known_by_its_place(string presented, int place) =>
        Assert.That(new MachineKeys(["one", "two", "three"]).PlaceOf(presented), Is.EqualTo(place));

    [Test]
    public void What_is_derived_is_of_one_key_and_one_purpose()
    {
        var keys = new MachineKeys(["one", "two"]);
        byte[][] all = [keys.Derive(1, "links"), keys.Derive(1, "sessions"), keys.Derive(2, "links")];

        Assert.That(all, Is.Unique.And.All.Length.EqualTo(32));
        Assert.That(new MachineKeys(["two"]).Derive(1, "links"), Is.EqualTo(all[2]), "Whatever its place is.");
    }

    [TestCase(new[] { "one" }, true)]
    [TestCase(new[] { "four", "two" }, true)]
    [TestCase(new[] { "four", "five" }, false)]
    [TestCase(new string[0], false)]
    public void Two_roles_share_no_key(string[] other, bool shares)
    {
        var keys = new MachineKeys(["one", "two"]);
        var others = new MachineKeys(other);

        Assert.That((keys.SharesOneWith(others), others.SharesOneWith(keys)), Is.EqualTo((shares, shares)));
    }
}
