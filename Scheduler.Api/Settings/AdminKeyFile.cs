using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Scheduler.Api.Auth;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Settings;

/// <summary>
/// The admin key that Development makes when none is set: 192 random bits in a file that only its owner may read,
/// beside the database, used again at the next start.
/// </summary>
public static class AdminKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file for a database. One in memory or on a server has no folder: then it is <c>data/admin.key</c>.</summary>
    public static string PathFor(StorageOptions storage)
    {
        if (storage.Provider != StorageProvider.Sqlite)
        {
            return Path.GetFullPath(Path.Combine("data", "admin.key"));
        }
        var database = new SqliteConnectionStringBuilder(storage.ConnectionString);
        var inMemory = database.Mode == SqliteOpenMode.Memory || database.DataSource is "" or ":memory:";
        var source = database.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            ? database.DataSource["file:".Length..].Split('?')[0]
            : database.DataSource;
        var folder = inMemory ? "data" : Path.GetDirectoryName(Path.GetFullPath(source));
        return Path.GetFullPath(Path.Combine(folder ?? ".", "admin.key"));
    }

    /// <summary>The options with the file's key, which is made first when there is none.</summary>
    /// <returns>Invalid when the file cannot be read or written, or holds something else than a key.</returns>
    public static SettingsResult Ensure(ApiOptions options, string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                Write(path, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)));
            }
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly)
            {
                File.SetUnixFileMode(path, OwnerOnly);
            }
            var key = File.ReadAllText(path).Trim();
            return MachineKeys.IsStrong(key)
                ? new SettingsResult.Valid(options with { AdminKeys = new MachineKeys([key]) })
                : new SettingsResult.Invalid("ADMIN_KEY", $"the file {path} holds no key. Delete it, and one is made.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new SettingsResult.Invalid("ADMIN_KEY", $"is missing, and the file {path} cannot be used for one.");
        }
    }

    /// <summary>Written aside and moved: a process that starts at the same time sees the whole key or none.</summary>
    private static void Write(string path, string key)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Guid.NewGuid():N}";
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = OwnerOnly;
        }
        using (var writer = new StreamWriter(draft, creation))
        {
            writer.WriteLine(key);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
