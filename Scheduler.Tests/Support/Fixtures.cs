using NUnit.Framework;

namespace Scheduler.Tests.Support;

/// <summary>Finds the shared public test data, which is not part of this project.</summary>
internal static class Fixtures
{
    private const string Variable = "SCHEDULER_TEST_FIXTURES";

    /// <summary>The path of a file below the fixtures' folder; the test is ignored where the folder is absent.</summary>
    public static string Require(string relativePath)
    {
        var root = Root();
        if (root is null)
        {
            Assert.Ignore($"No fixtures: neither {Variable} nor ../shared/fixtures beside the project names a folder.");
        }
        var path = Path.Combine(root!, relativePath);
        Assert.That(path, Does.Exist, "The fixtures' folder is there but lacks this file.");
        return path;
    }

    private static string? Root()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")))
            {
                var shared = Path.Combine(folder.FullName, "..", "shared", "fixtures");
                return Directory.Exists(shared) ? Path.GetFullPath(shared) : null;
            }
        }
        return null;
    }
}
