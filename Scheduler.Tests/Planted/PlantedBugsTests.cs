using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Planted;

internal sealed class PlantedBugsTests
{
    private static IEnumerable<TestCaseData> Edits =>
        from bug in PlantedBugs.All
        from edit in bug.Edits
        select new TestCaseData(edit).SetArgDisplayNames(bug.Name, edit.File);

    [TestCaseSource(nameof(Edits))]
    public void What_a_planted_bug_changes_stands_in_the_sources_once(object edit)
    {
        var (file, original, _) = (PlantedEdit)edit;
        var text = File.ReadAllText(Path.Combine(Repository.Root, file));

        Assert.That(text.Split(original), Has.Length.EqualTo(2), original);
    }

    [Test]
    public void Names_are_unique() => Assert.That(PlantedBugs.All.Select(bug => bug.Name), Is.Unique);
}
