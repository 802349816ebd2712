using NUnit.Framework;

namespace Scheduler.Tests.Support;

/// <summary>Finds shared public data that is not part of the project; a test that needs it is skipped without it.</summary>
internal static class Fixtures
{
    private const string Variable = "SCHEDULER_TEST_FIXTURES";

    /// <summary>The file's path, or the test is ignored with the reason.</summary>
    public static string Require(string relativePath)
    {
        foreach (var folder in Folders())
        {
            var path = Path.Combine(folder, relativePath);
            if (File.Exists(path))
            {
                return path;
            }
        }
        Assert.Ignore($"{relativePath} is not there: set {Variable} to the folder of shared fixtures.");
        throw new InvalidOperationException();
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            yield return given;
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")))
            {
                yield return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "fixtures"));
            }
        }
    }
}
