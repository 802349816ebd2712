using System.Xml.Linq;

namespace Scheduler.Tests.Checks;

/// <summary>What a results file (Visual Studio's TRX) says of a test run.</summary>
/// <param name="Failures">Name and message, on one line, of each test that failed.</param>
internal sealed record TestCounts(
    int Passed,
    int Failed,
    int Skipped,
    IReadOnlyDictionary<string, int> SkipReasons,
    IReadOnlyList<string> Failures
)
{
    private const int LongestMessage = 600;

    /// <summary>A missing file counts as one failure: the run did not get as far as writing it.</summary>
    public static TestCounts Read(string file)
    {
        if (!File.Exists(file))
        {
            return new TestCounts(0, 1, 0, new Dictionary<string, int>(), []);
        }
        var document = XDocument.Load(file);
        var results = Elements(document, "UnitTestResult").ToList();
        var classes = Elements(document, "UnitTest")
            .ToDictionary(
                test => test.Attribute("id")?.Value ?? "",
                test => Elements(test, "TestMethod").First().Attribute("className")?.Value.Split('.')[^1]
            );
        var skipped = results.Where(result => Outcome(result) == "NotExecuted").ToList();
        return new TestCounts(
            results.Count(result => Outcome(result) == "Passed"),
            results.Count(HasFailed),
            skipped.Count,
            skipped.GroupBy(Reason).ToDictionary(group => group.Key, group => group.Count()),
            [
                .. results
                    .Where(HasFailed)
                    .Select(result =>
                        $"{classes.GetValueOrDefault(result.Attribute("testId")?.Value ?? "")}."
                        + $"{result.Attribute("testName")?.Value}: {OneLine(Reason(result))}"
                    ),
            ]
        );
    }

    private static bool HasFailed(XElement result) => Outcome(result) is not ("Passed" or "NotExecuted");

    private static IEnumerable<XElement> Elements(XContainer container, string name) =>
        container.Descendants().Where(element => element.Name.LocalName == name);

    private static string Outcome(XElement result) => result.Attribute("outcome")?.Value ?? "";

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + " …";
    }

    private static string Reason(XElement result) =>
        Elements(result, "Message").FirstOrDefault()?.Value.Trim() ?? "no reason given";
}
