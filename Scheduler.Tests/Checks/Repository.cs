namespace Scheduler.Tests.Checks;

/// <summary>Finds the repository that this assembly was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"No Scheduler.sln above {from}.");
    }
}
