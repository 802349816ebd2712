using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Workflow;

/// <summary>
/// The workflow, judged by GitHub's own parser: its fields, their types, expressions and the order of jobs. What the commands in it do is
/// known only where they are run.
/// </summary>
public sealed class WorkflowTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, ".github/workflows/ci.yml"));

    [Test]
    public async Task GitHub_understands_every_line() => Assert.That(await FaultsAsync(Text), Is.Empty);

    [TestCase("timeout-minutes: 60", "timeout_minutes: 60", "Unexpected value 'timeout_minutes'")]
    [TestCase("timeout-minutes: 60", "timeout-minutes: long", "Unexpected value 'long'")]
    [TestCase("needs: check", "needs: checks", "depends on unknown job 'checks'")]
    [TestCase("if: startsWith(", "if: startWith(", "Unrecognized function: 'startWith'")]
    [TestCase("${{ github.workflow }}", "${{ gitlab.workflow }}", "Unrecognized named-value: 'gitlab'")]
    public async Task A_mistake_is_found(string before, string after, string complaint)
    {
        Assert.That(Text, Does.Contain(before), "The workflow has changed: plant something else.");

        Assert.That(
            await FaultsAsync(Text.Replace(before, after, StringComparison.Ordinal)),
            Has.Some.Contains(complaint)
        );
    }

    private static Task<string[]> FaultsAsync(string text) =>
        NodeScript.FaultsAsync("Workflow/validate.mjs", "@actions/workflow-parser", text);
}
