using System.Globalization;
using System.Security.Cryptography;

namespace Scheduler.Core.Security.Secrets;

/// <summary>
/// The file of the local wrapping key: one version a line, <c>number base64-key</c>; the highest number wraps, all unwrap. Only
/// its owner may read it. It is replaced as a whole, so that a reader sees the old file or the new one.
/// </summary>
internal static class LocalKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MostBytes = 64 * 1024;

    /// <summary>Every version, newest first.</summary>
    /// <exception cref="InvalidDataException">Others may read the file, or it holds something else than keys. Says what to do.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<LocalKey> Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new InvalidDataException(
                $"the file {path} may be read by others. Make it its owner's alone: chmod 600."
            );
        }
        if (new FileInfo(path).Length > MostBytes)
        {
            throw Broken(path);
        }
        var keys = File.ReadAllLines(path).Where(line => line.Length > 0).Select(line => Parse(line, path)).ToList();
        return keys.Count > 0 && keys.DistinctBy(key => key.Number).Count() == keys.Count
            ? [.. keys.OrderByDescending(key => key.Number)]
            : throw Broken(path);
    }

    /// <summary>Makes the file with a first version where there is none. Of several that try at once, one makes it.</summary>
    public static void Ensure(string path)
    {
        if (File.Exists(path))
        {
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var draft = Draft(path, [NewKey(1)]);
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }

    /// <summary>Adds a version, which wraps from now on.</summary>
    public static LocalKey Add(string path)
    {
        var keys = Read(path);
        var added = NewKey(keys[0].Number + 1);
        File.Move(Draft(path, [added, .. keys]), path, overwrite: true);
        return added;
    }

    private static LocalKey NewKey(int number) => new(number, RandomNumberGenerator.GetBytes(LocalKey.KeyBytes));

    private static string Draft(string path, IEnumerable<LocalKey> keys)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = OwnerOnly;
        }
        using var file = new FileStream(draft, creation);
        using var writer = new StreamWriter(file);
        foreach (var key in keys.OrderBy(key => key.Number))
        {
            writer.Write($"{key.Number.ToString(CultureInfo.InvariantCulture)} {Convert.ToBase64String(key.Bytes)}\n");
        }
        writer.Flush();
        file.Flush(flushToDisk: true);
        return draft;
    }

    private static LocalKey Parse(string line, string path)
    {
        var parts = line.Split(' ');
        var bytes = new byte[LocalKey.KeyBytes];
        return
            parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && Convert.TryFromBase64String(parts[1], bytes, out var length)
            && length == LocalKey.KeyBytes
            ? new LocalKey(number, bytes)
            : throw Broken(path);
    }

    private static InvalidDataException Broken(string path) =>
        new(
            $"the file {path} holds something else than keys. Restore it from a backup: what it wrapped opens with nothing else."
        );
}
