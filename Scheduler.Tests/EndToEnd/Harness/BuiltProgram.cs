namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>
/// Where the build has put the programs: each in its own output folder, of the tests' own configuration; or where BENCH_PROGRAMS says
/// that they were published to.
/// </summary>
internal static class BuiltProgram
{
    public static string Api => Assembly("Scheduler.Api");

    public static string Worker => Assembly("Scheduler.Worker");

    /// <summary>A sample export as it ships with the API.</summary>
    public static string Sample(string file) => Path.Combine(Path.GetDirectoryName(Api)!, "Samples", file);

    private static string Assembly(string project)
    {
        if (Environment.GetEnvironmentVariable("BENCH_PROGRAMS") is { Length: > 0 } published)
        {
            return Path.Combine(Path.GetFullPath(published), project, $"{project}.dll");
        }
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(tests.Parent!.Parent!.FullName, project, tests.Name, $"{project}.dll");
    }
}
