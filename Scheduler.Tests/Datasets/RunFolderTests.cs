using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Datasets;

[TestFixture]
[NonParallelizable]
internal sealed class RunFolderTests
{
    [Test]
    public void A_folder_in_use_is_left_alone_and_goes_with_its_run()
    {
        var folder = RunFolder.Create();
        File.WriteAllText(Path.Combine(folder.Path, "staged.duckdb"), "costs");

        RunFolder.Sweep();
        var isKept = Directory.Exists(folder.Path);
        folder.Dispose();

        Assert.That((isKept, Directory.Exists(folder.Path)), Is.EqualTo((true, false)));
    }

    [Test]
    public void What_a_killed_process_left_is_removed()
    {
        // As the process of a run leaves it: the folder with its lock file, which nobody holds any more.
        var folder = Directory.CreateTempSubdirectory("scheduler-run-").FullName;
        File.WriteAllText(Path.Combine(folder, "in-use"), "");
        File.WriteAllText(Path.Combine(folder, "staged.duckdb"), "costs");

        var swept = RunFolder.Sweep();

        Assert.That((swept >= 1, Directory.Exists(folder)), Is.EqualTo((true, false)));
    }
}
