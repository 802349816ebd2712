namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>Where the build has put the programs: each in its own output folder, of the tests' own configuration.</summary>
internal static class BuiltProgram
{
    public static string Api => Assembly("Scheduler.Api");

    public static string Worker => Assembly("Scheduler.Worker");

    /// <summary>A sample export as it ships with the API.</summary>
    public static string Sample(string file) => Path.Combine(Path.GetDirectoryName(Api)!, "Samples", file);

    private static string Assembly(string project)
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(tests.Parent!.Parent!.FullName, project, tests.Name, $"{project}.dll");
    }
}
