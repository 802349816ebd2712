namespace Scheduler.Core.Datasets;

/// <summary>
/// A run's private folder among the system's temporary ones; disposing deletes it. A file in it stays locked for as long as the
/// process lives, so that what a killed process left can be told from what is in use.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "scheduler-run-";
    private const string LockName = "in-use";

    private readonly FileStream held;

    private RunFolder(string path)
    {
        Path = path;
        held = Lock(path, FileMode.CreateNew);
    }

    /// <summary>Only this user can read it.</summary>
    public string Path { get; }

    public static RunFolder Create() => new(Directory.CreateTempSubdirectory(Prefix).FullName);

    /// <summary>Deletes the folders whose process is gone.</summary>
    /// <returns>How many there were.</returns>
    public static int Sweep()
    {
        var swept = 0;
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                // One that is just being made has no lock yet, and is left to the next sweep.
                using (Lock(folder, FileMode.Open)) { }
                Directory.Delete(folder, recursive: true);
                swept++;
            }
            catch (Exception inUse) when (inUse is IOException or UnauthorizedAccessException)
            {
                // Another process's, or already gone.
            }
        }
        return swept;
    }

    public void Dispose()
    {
        held.Dispose();
        Directory.Delete(Path, recursive: true);
    }

    private static FileStream Lock(string folder, FileMode mode) =>
        new(System.IO.Path.Combine(folder, LockName), mode, FileAccess.ReadWrite, FileShare.None);
}
