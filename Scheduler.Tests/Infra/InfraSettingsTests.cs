using System.Text.RegularExpressions;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra;

/// <summary>A setting that a deployment sets and no program reads would be a silent mistake.</summary>
public sealed partial class InfraSettingsTests
{
    private static readonly string Documents = string.Concat(
        new[] { "README.md", "docs/worker.md" }.Select(page => File.ReadAllText(Path.Combine(Repository.Root, page)))
    );

    [Test]
    public void Every_setting_that_a_deployment_sets_stands_in_the_documents()
    {
        var set = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "infra"), "*", SearchOption.AllDirectories)
            .SelectMany(file => Setting().Matches(File.ReadAllText(file)).Select(found => found.Value))
            .Distinct()
            .ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(set, Has.Count.GreaterThan(25), "the look for settings has gone blind");
            Assert.That(set.Where(name => !IsNamed(name)), Is.Empty);
        }
    }

    // A row for several settings names those after the first by their last part.
    private static bool IsNamed(string setting) =>
        Documents.Contains($"{setting}", StringComparison.Ordinal)
        || (
            Documents.Contains(setting[..setting.LastIndexOf("__", StringComparison.Ordinal)], StringComparison.Ordinal)
            && Documents.Contains($"`__{setting.Split("__")[^1]}`", StringComparison.Ordinal)
        );

    [GeneratedRegex(@"\bScheduler__\w*[a-zA-Z]|\bWORKER_[A-Z_]*[A-Z]\b|\bPOLL_INTERVAL_SECONDS\b")]
    private static partial Regex Setting();
}
