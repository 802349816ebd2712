using System.Text;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Time;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Time;

/// <summary>The 48 cases that show the meaning of a schedule; sample.tsv explains each in its last column.</summary>
public sealed class SampleTests
{
    private static IEnumerable<TestCaseData> Cases() =>
        Text()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.TrimEnd('\r').Split('\t'))
            .Select(cells =>
                new TestCaseData(cells[2], cells[3], cells[4], cells[5]).SetArgDisplayNames(cells[0], cells[2])
            );

    [TestCaseSource(nameof(Cases))]
    public void Sample(string expression, string zone, string from, string expected) =>
        // Where the sample knows a second good answer, this is the one that was chosen: the gap's end.
        Assert.That(Holds(expected, expression, zone, from), Is.True, expected);

    [Test]
    public void All_48_cases_are_there() => Assert.That(Cases().Count(), Is.EqualTo(48));

    [Test]
    public void The_copy_is_the_shared_file() =>
        Assert.That(Text(), Is.EqualTo(File.ReadAllText(Fixtures.Require("cron/sample.tsv"))));

    private static bool Holds(string answer, string expression, string zone, string from)
    {
        var result = Schedule.Create(expression, zone, DstPolicy.Default);
        // What never fires is refused when it is configured.
        if (answer is "INVALID" or "NONE" || result is not ScheduleResult.Valid valid)
        {
            return answer is "INVALID" or "NONE" && result is ScheduleResult.Invalid;
        }
        Instant[] times = Given.Times(answer);
        return Given.Walk(valid.Schedule, Given.Time(from), times.Length).SequenceEqual(times);
    }

    private static string Text()
    {
        using var stream = typeof(SampleTests).Assembly.GetManifestResourceStream("cron/sample.tsv")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
