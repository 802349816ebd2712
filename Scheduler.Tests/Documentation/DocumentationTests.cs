using System.Text.RegularExpressions;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Documentation;

/// <summary>What the documents say about the repository can be checked against it.</summary>
[TestFixture]
internal sealed partial class DocumentationTests
{
    private static readonly string[] Pages =
    [
        "README.md",
        .. Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Order(),
    ];

    [TestCaseSource(nameof(Pages))]
    public void Every_link_within_the_repository_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;

        var broken = Link()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))
            .Select(link => link.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, target)));

        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void Every_setting_that_is_read_stands_in_the_documents()
    {
        string[] readers =
        [
            "Scheduler.Api/Settings/ApiSettings.cs",
            "Scheduler.Api/Settings/StorageSettings.cs",
            "Scheduler.Api/Settings/BigQuerySettings.cs",
            "Scheduler.Api/Settings/HistorySettings.cs",
            "Scheduler.Core/Pipelines/PipelineSettings.cs",
            "Scheduler.Core/Pipelines/Providers/ProviderSettings.cs",
            "Scheduler.Core/Security/Secrets/SecretSettings.cs",
            "Scheduler.Core/Failpoints/FailpointSetting.cs",
            "Scheduler.Core/Telemetry/TelemetrySettings.cs",
            "Scheduler.Worker/SettingsReader.cs",
        ];
        var documents = string.Concat(
            new[] { "README.md", "docs/worker.md" }.Select(page =>
                File.ReadAllText(Path.Combine(Repository.Root, page))
            )
        );

        var settings = readers
            .SelectMany(file => Setting().Matches(File.ReadAllText(Path.Combine(Repository.Root, file))))
            .Select(name => name.Value)
            .Distinct()
            .ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(settings, Has.Count.GreaterThan(20), "the look for settings has gone blind");
            Assert.That(settings.Where(name => !IsNamed(name, documents)), Is.Empty);
        }
    }

    /// <summary>A row for two settings names the second by its last part, <c>__Max</c>.</summary>
    private static bool IsNamed(string setting, string documents) =>
        documents.Contains(setting, StringComparison.Ordinal)
        || documents.Contains($"`__{setting.Split("__")[^1]}`", StringComparison.Ordinal);

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<="")(Scheduler__\w+[a-z]|[A-Z]+(_[A-Z]+)+)(?="")")]
    private static partial Regex Setting();
}
