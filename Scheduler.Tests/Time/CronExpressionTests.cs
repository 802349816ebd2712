using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Time;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Time;

public sealed class CronExpressionTests
{
    private static readonly string[] Parts = ["cron", "minute", "hour", "day_of_month", "month", "day_of_week"];

    [TestCase("* * * * *", "* * * * *")]
    [TestCase("  05\t06 *  * MON-fri ", "5 6 * * 1-5")]
    [TestCase("0 0 ? Jan,JUL ?", "0 0 * 1,7 *")]
    [TestCase("0 0 * * 7", "0 0 * * 0")]
    [TestCase("0 0 * * 4-7", "0 0 * * 4-7")]
    [TestCase("0 0 * * 7-7", "0 0 * * 0")]
    [TestCase("0 0 * * 7/2", "0 0 * * 0")]
    [TestCase("0 0 * * 0-7", "0 0 * * 0-7")]
    [TestCase("*/15,7 */02 1-31/2 3/3 sun/3", "*/15,7 */2 1-31/2 3/3 0/3")]
    [TestCase("9-9/4 0 * * *", "9 0 * * *")]
    [TestCase("@hourly", "0 * * * *")]
    [TestCase("@DAILY", "0 0 * * *")]
    [TestCase("@Midnight", "0 0 * * *")]
    [TestCase("@weekly", "0 0 * * 0")]
    [TestCase("@monthly", "0 0 1 * *")]
    [TestCase(" @yearly\t", "0 0 1 1 *")]
    [TestCase("@annually", "0 0 1 1 *")]
    public void Canonical_is_plain_numbers(string text, string canonical)
    {
        var cron = Given.Cron(text);

        Assert.That((cron.Canonical, cron.Original), Is.EqualTo((canonical, text)));
        Assert.That(Given.Cron(canonical).Canonical, Is.EqualTo(canonical));
    }

    [TestCase(null, "cron", "required")]
    [TestCase("", "cron", "required")]
    [TestCase(" \t ", "cron", "required")]
    [TestCase("0 6 * *", "cron", "4 fields")]
    [TestCase("*", "cron", "1 field;")]
    [TestCase("0 0 6 * * *", "cron", "seconds is not supported")]
    [TestCase("0 6 * * * 2024 1", "cron", "7 fields")]
    [TestCase("0 6 * *\n*", "cron", "4 fields")]
    [TestCase("0 6 *\u00a0* *", "cron", "4 fields")]
    [TestCase("@fortnightly", "cron", "@annually, @daily")]
    [TestCase("@daily 5", "cron", "not a known macro")]
    [TestCase("@", "cron", "not a known macro")]
    [TestCase("60 * * * *", "minute", "0 to 59")]
    [TestCase("-1 * * * *", "minute", "missing")]
    [TestCase("+1 * * * *", "minute", "'+1'")]
    [TestCase("1.5 * * * *", "minute", "'1.5'")]
    [TestCase("\u0661 * * * *", "minute", "'?'")]
    [TestCase("? * * * *", "minute", "'?'")]
    [TestCase("*,5 * * * *", "minute", "alone")]
    [TestCase("*-5 * * * *", "minute", "'*'")]
    [TestCase("5, * * * *", "minute", "missing")]
    [TestCase(",5 * * * *", "minute", "missing")]
    [TestCase("1-2-3 * * * *", "minute", "'2-3'")]
    [TestCase("1/2/3 * * * *", "minute", "'2/3'")]
    [TestCase("*/ * * * *", "minute", "from 1 on")]
    [TestCase("/5 * * * *", "minute", "missing")]
    [TestCase("*/*/ * * * *", "minute", "from 1 on")]
    [TestCase("5/x * * * *", "minute", "from 1 on")]
    [TestCase("*/99999999999 * * * *", "minute", "from 1 on")]
    [TestCase("* 24 * * *", "hour", "0 to 23")]
    [TestCase("* 22-2 * * *", "hour", "backwards")]
    [TestCase("* ? * * *", "hour", "'?'")]
    [TestCase("0 0 0 * *", "day_of_month", "1 to 31")]
    [TestCase("0 0 32 * *", "day_of_month", "1 to 31")]
    [TestCase("0 0 L * *", "day_of_month", "'L'")]
    [TestCase("0 0 15W * *", "day_of_month", "'15W'")]
    [TestCase("0 0 ?/2 * *", "day_of_month", "'?'")]
    [TestCase("0 0 * 0 *", "month", "1 to 12")]
    [TestCase("0 0 * 13 *", "month", "JAN to DEC")]
    [TestCase("0 0 * JANUARY *", "month", "'JANUARY'")]
    [TestCase("0 0 * NOV-FEB *", "month", "backwards")]
    [TestCase("0 0 * MON *", "month", "'MON'")]
    [TestCase("0 0 * * 8", "day_of_week", "0 to 7")]
    [TestCase("0 0 * * JAN", "day_of_week", "SUN to SAT")]
    [TestCase("0 0 * * FRI#2", "day_of_week", "'FRI#2'")]
    [TestCase("0 0 * * FRI-SUN", "day_of_week", "Sunday at the end of a range is 7")]
    [TestCase("0 0 * * 7-1", "day_of_week", "backwards")]
    public void What_is_wrong_is_refused_with_its_part_and_a_hint(string? text, string part, string hint)
    {
        var result = CronExpression.Parse(text);

        Assert.That(result, Is.TypeOf<CronParseResult.Refused>());
        var refused = (CronParseResult.Refused)result;
        Assert.That((refused.Part, refused.Message), Is.EqualTo((part, refused.Message)));
        Assert.That(refused.Message, Does.Contain(hint));
    }

    [TestCase(
        "0 6 * *",
        "cron",
        "The expression has 4 fields; write five, apart by blanks: minute, hour, day of month, month, day of week."
    )]
    [TestCase(
        "0 0 6 * * *",
        "cron",
        "The expression has 6 fields, but a field for seconds is not supported; "
            + "write five: minute, hour, day of month, month, day of week."
    )]
    [TestCase("/5 * * * *", "minute", "In the field minute: a value is missing; write a number from 0 to 59.")]
    [TestCase(
        "9-5 * * * *",
        "minute",
        "In the field minute: the range '9-5' runs backwards; list its two parts instead."
    )]
    [TestCase(
        "* * * * 6-0",
        "day_of_week",
        "In the field day_of_week: the range '6-0' runs backwards; list its two parts instead; Sunday at the end of a range is 7."
    )]
    [TestCase(
        "0 0 30 2 *",
        "day_of_month",
        "No such day exists in the chosen months, so the schedule would never fire."
    )]
    public void A_refusal_says_all_that_is_needed_to_write_it_right(string text, string part, string message) =>
        Assert.That(CronExpression.Parse(text), Is.EqualTo(new CronParseResult.Refused(part, message)));

    [Test]
    public void A_text_that_is_too_long_is_told_its_length_and_the_longest() =>
        Assert.That(
            CronExpression.Parse(new string('*', 129)),
            Is.EqualTo(
                new CronParseResult.Refused("cron", "The expression has 129 characters; at most 128 are allowed.")
            )
        );

    [TestCase("0 0 30 2 *")]
    [TestCase("0 0 31 2,4,6,9,11 *")]
    [TestCase("0 0 30-31 FEB ?")]
    public void A_date_that_never_comes_is_refused(string text) =>
        Assert.That(
            CronExpression.Parse(text),
            Is.TypeOf<CronParseResult.Refused>().With.Property("Part").EqualTo("day_of_month")
        );

    [TestCase("0 0 30 2 MON", TestName = "A weekday makes up for a date that never comes")]
    [TestCase("0 0 29 2 *", TestName = "29 February does come")]
    [TestCase("0 0 31 2-3 *", TestName = "One of the months is enough")]
    public void Possible(string text) => Assert.That(CronExpression.Parse(text), Is.TypeOf<CronParseResult.Parsed>());

    [Test]
    public void The_length_is_bounded()
    {
        var longest = "0 0 * * 1" + new string(' ', CronExpression.MaximumLength - 9);

        Assert.That(CronExpression.Parse(longest), Is.TypeOf<CronParseResult.Parsed>());
        Assert.That(
            CronExpression.Parse(longest + " "),
            Is.TypeOf<CronParseResult.Refused>().With.Property("Part").EqualTo("cron")
        );
        Assert.That(CronExpression.Parse(new string('*', 1_000_000)), Is.TypeOf<CronParseResult.Refused>());
    }

    [Test]
    public void A_message_never_repeats_control_characters_or_long_texts()
    {
        var refused = (CronParseResult.Refused)
            CronExpression.Parse($"\u0000\u001b[31m\ud800{new string('x', 60)} * * * *");

        Assert.That(refused.Message, Has.Length.LessThan(140).And.Contain("'??[31m?x"));
        Assert.That(refused.Message, Has.None.Matches<char>(c => c is < ' ' or > '~'));
    }

    [Test]
    public void Whatever_is_sent_is_parsed_or_refused()
    {
        var noise = Gen.Char["0123456789*/-,?@ \t#LWabcJANMON\n\0\u0661\ud800\u00e9"]
            .Array[0, 40]
            .Select(c => new string(c));
        var nearMiss = Gen.Select(
            CronGen.Expression,
            Gen.Int[0, 200],
            Gen.Int[0, 200],
            Gen.Char["0123456789*/-,? \tLJM\0\u0661"],
            Gen.Int[0, 4],
            (text, at, other, c, how) => Changed(text, at % text.Length, other % text.Length, c, how)
        );

        Gen.OneOf(noise, nearMiss, Gen.String)
            .Sample(
                text =>
                    CronExpression.Parse(text) switch
                    {
                        CronParseResult.Parsed parsed => CanonicalStands(parsed.Expression),
                        CronParseResult.Refused refused => Parts.Contains(refused.Part) && refused.Message.Length > 0,
                        _ => false,
                    },
                iter: Cases.Of(100_000)
            );
    }

    [Test]
    public void What_the_grammar_allows_is_parsed_and_its_canonical_form_is_stable() =>
        CronGen.Expression.Sample(
            text => CronExpression.Parse(text) is CronParseResult.Parsed parsed && CanonicalStands(parsed.Expression),
            iter: Cases.Of(20_000)
        );

    /// <summary>Something put in, left out, replaced, repeated or exchanged.</summary>
    private static string Changed(string text, int at, int other, char c, int how) =>
        how switch
        {
            0 => text.Insert(at, $"{c}"),
            1 => text.Remove(at, 1),
            2 => text.Remove(at, 1).Insert(at, $"{c}"),
            3 => text.Insert(at, text[Math.Min(at, other)..Math.Max(at, other)]),
            _ => text.Remove(at, 1).Insert(at, $"{text[other]}"),
        };

    private static bool CanonicalStands(CronExpression cron) =>
        cron.Canonical.Length <= CronExpression.MaximumLength && Given.Cron(cron.Canonical).Canonical == cron.Canonical;
}
