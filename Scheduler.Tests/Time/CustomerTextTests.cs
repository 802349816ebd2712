using NUnit.Framework;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

/// <summary>Customers' own words in messages.</summary>
[TestFixture]
public sealed class CustomerTextTests
{
    [TestCase("", "''")]
    [TestCase("a b", "'a b'")]
    [TestCase(" ~", "' ~'")]
    [TestCase("\u001f\u007f\u00e9\n", "'????'", TestName = "Control characters, letters beyond ASCII and new lines")]
    public void Printable_characters_are_shown_and_others_replaced(string text, string quoted) =>
        Assert.That(CustomerText.Quote(text), Is.EqualTo(quoted));

    [TestCase(39, false)]
    [TestCase(40, false)]
    [TestCase(41, true)]
    public void Forty_characters_are_shown_and_longer_texts_are_cut(int length, bool isCut)
    {
        var text = new string('x', length);

        Assert.That(CustomerText.Quote(text), Is.EqualTo(isCut ? $"'{new string('x', 40)}...'" : $"'{text}'"));
    }
}
