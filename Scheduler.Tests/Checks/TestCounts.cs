using System.Xml.Linq;

namespace Scheduler.Tests.Checks;

/// <summary>What a results file (Visual Studio's TRX) says of a test run.</summary>
internal sealed record TestCounts(int Passed, int Failed, int Skipped, IReadOnlyDictionary<string, int> SkipReasons)
{
    /// <summary>A missing file counts as one failure: the run did not get as far as writing it.</summary>
    public static TestCounts Read(string file)
    {
        if (!File.Exists(file))
        {
            return new TestCounts(0, 1, 0, new Dictionary<string, int>());
        }
        var results = XDocument
            .Load(file)
            .Descendants()
            .Where(element => element.Name.LocalName == "UnitTestResult")
            .ToList();
        var skipped = results.Where(result => Outcome(result) == "NotExecuted").ToList();
        return new TestCounts(
            results.Count(result => Outcome(result) == "Passed"),
            results.Count(result => Outcome(result) is not ("Passed" or "NotExecuted")),
            skipped.Count,
            skipped.GroupBy(Reason).ToDictionary(group => group.Key, group => group.Count())
        );
    }

    private static string Outcome(XElement result) => result.Attribute("outcome")?.Value ?? "";

    private static string Reason(XElement result) =>
        result.Descendants().FirstOrDefault(element => element.Name.LocalName == "Message")?.Value.Trim()
        ?? "no reason given";
}
