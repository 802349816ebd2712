namespace Scheduler.Core.Security.Secrets;

/// <summary>What an operator may do to the file of the local wrapping key.</summary>
public static class LocalKeys
{
    /// <summary>Adds a version, which wraps from now on, in every process that uses the file.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="InvalidDataException">The file is not safe or not whole; says what to do.</exception>
    public static string Add(string path) => LocalKeyFile.Add(path).Name;
}
