using NUnit.Framework;
using Scheduler.Core.Telemetry;

namespace Scheduler.Tests.Telemetry;

public sealed class BaggageTests
{
    [Test]
    public void What_is_written_is_read_again_whatever_the_values_are()
    {
        (string, string)[] entries = [("a", "acme, Ltd; x=1"), ("b", "größer %20"), ("c", "")];

        var text = Baggage.Write(entries);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Baggage.Read(text), Is.EqualTo(entries));
            Assert.That(text.All(char.IsAscii), Is.True);
        }
    }

    [Test]
    public void Blanks_and_properties_of_others_are_passed_over() =>
        Assert.That(Baggage.Read(" a = 1 ;ttl=5 , nothing, =2, b=3"), Is.EqualTo(new[] { ("a", "1"), ("b", "3") }));

    [TestCase(null)]
    [TestCase("")]
    public void Nothing_says_nothing(string? text) => Assert.That(Baggage.Read(text), Is.Empty);

    [Test]
    public void A_text_that_is_too_long_says_nothing() =>
        Assert.That(Baggage.Read($"a={new string('x', 10_000)}"), Is.Empty);
}
