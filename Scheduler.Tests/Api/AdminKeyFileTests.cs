using System.Runtime.Versioning;
using NUnit.Framework;
using Scheduler.Api.Settings;

namespace Scheduler.Tests.Api;

[UnsupportedOSPlatform("windows")]
public sealed class AdminKeyFileTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"scheduler-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void The_file_stands_beside_the_database()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(AdminKeyFile.PathFor(Sqlite($"Data Source={folder}/a.db")), Is.EqualTo($"{folder}/admin.key"));
            Assert.That(
                AdminKeyFile.PathFor(Sqlite($"Data Source=file:{folder}/a.db?cache=shared")),
                Is.EqualTo($"{folder}/admin.key")
            );
            Assert.That(
                AdminKeyFile.PathFor(Sqlite("Data Source=:memory:")),
                Is.EqualTo(Path.GetFullPath("data/admin.key"))
            );
        }
    }

    [Test]
    public void A_made_key_is_for_its_owner_only_and_stays_the_same()
    {
        var path = AdminKeyFile.PathFor(Sqlite($"Data Source={folder}/a.db"));

        var first = (SettingsResult.Valid)AdminKeyFile.Ensure(new ApiOptions(), path);
        var second = (SettingsResult.Valid)AdminKeyFile.Ensure(new ApiOptions(), path);

        var key = File.ReadAllText(path).Trim();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(key, Does.Match("^[A-Za-z0-9_-]{32}$"));
            Assert.That(first.Options.AdminKeys.PlaceOf(key), Is.EqualTo(1));
            Assert.That(second.Options.AdminKeys.PlaceOf(key), Is.EqualTo(1));
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public void A_file_that_others_may_read_is_closed_to_them()
    {
        var path = AdminKeyFile.PathFor(Sqlite($"Data Source={folder}/a.db"));
        AdminKeyFile.Ensure(new ApiOptions(), path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        AdminKeyFile.Ensure(new ApiOptions(), path);

        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void A_file_that_holds_no_key_is_refused()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText($"{folder}/admin.key", "weak");

        var result = AdminKeyFile.Ensure(new ApiOptions(), $"{folder}/admin.key");

        Assert.That(((SettingsResult.Invalid)result).Line, Does.StartWith("ADMIN_KEY: ").And.Not.Contain("weak"));
    }

    private static StorageOptions Sqlite(string connectionString) => new() { ConnectionString = connectionString };
}
