using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Docker;

/// <summary>
/// <c>infra/docker/reproducible.sh</c> on archives as the SDK writes them: two builds of the same become one, and nothing but times is
/// changed. Real images are compared by <c>infra/docker/twice.sh</c>, which needs their base.
/// </summary>
[Platform("Linux")]
public sealed class ReproducibleImageTests : IDisposable
{
    private const int Commit = 1_780_000_000;

    private static readonly DateTimeOffset Morning = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Base = Layer(Morning, "base");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-image-");

    [Test]
    public async Task Two_builds_of_the_same_become_the_same_to_the_digest()
    {
        var first = Build("first", Morning, "program");
        var second = Build("second", Morning.AddHours(3), "program", isBackwards: true);
        var other = Build("other", Morning, "another program");

        var digests = new[] { await NormaliseAsync(first), await NormaliseAsync(second), await NormaliseAsync(other) };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllBytes(first), Is.Not.EqualTo(File.ReadAllBytes(second)), "the SDK's differ");
            Assert.That(digests[0], Is.EqualTo(digests[1]));
            Assert.That(File.ReadAllBytes(first + ".out"), Is.EqualTo(File.ReadAllBytes(second + ".out")));
            Assert.That(digests[2], Is.Not.EqualTo(digests[0]), "another content is another image");
        }
    }

    [Test]
    public async Task Every_digest_and_size_is_that_of_what_it_names_and_only_times_have_changed()
    {
        var archive = Build("first", Morning, "program");

        var digest = await NormaliseAsync(archive);

        var blobs = Read(archive + ".out");
        var index = Parse(blobs["index.json"]);
        var manifest = Parse(Named(index["manifests"]![0]!));
        var config = Parse(Named(manifest["config"]!));
        var layers = manifest["layers"]!.AsArray().Select(layer => Unpacked(Named(layer!))).ToList();
        var files = Entries(layers[1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)index["manifests"]![0]!["digest"]!, Is.EqualTo(digest));
            Assert.That(
                config["rootfs"]!["diff_ids"]!.AsArray().Select(id => (string)id!),
                Is.EqualTo(layers.Select(Digest))
            );
            Assert.That(layers[0], Is.EqualTo(Base), "the base's layer is left alone");
            Assert.That((string)config["created"]!, Is.EqualTo("2026-05-28T20:26:40Z"));
            Assert.That(
                config["history"]!.AsArray().Select(step => (string)step!["created"]!),
                Is.EqualTo(["2026-01-01T00:00:00Z", "2026-05-28T20:26:40Z"])
            );
            Assert.That((string)config["config"]!["User"]!, Is.EqualTo("1654"));
            Assert.That(files.Select(file => file.Name), Is.EqualTo(["app/", "app/a.dll", "app/b.txt"]));
            Assert.That(
                files.Select(file => file.ModificationTime).Distinct(),
                Is.EqualTo([DateTimeOffset.FromUnixTimeSeconds(Commit)])
            );
            Assert.That(files.Select(file => (file.Uid, file.Gid)).Distinct(), Is.EqualTo([(7, 9)]));
            Assert.That(files[1].Mode.HasFlag(UnixFileMode.UserExecute), Is.True);
            Assert.That(files[2].Mode.HasFlag(UnixFileMode.UserExecute), Is.False);
            Assert.That(blobs, Has.Count.EqualTo(6), "what nothing names any more is gone");
        }

        byte[] Named(JsonNode descriptor)
        {
            var name = (string)descriptor["digest"]!;
            var bytes = blobs[$"blobs/sha256/{name["sha256:".Length..]}"];
            Assert.That((Digest(bytes), bytes.Length), Is.EqualTo((name, (int)descriptor["size"]!)));
            return bytes;
        }
    }

    [TestCase("yesterday", "SECONDS must be a whole number")]
    [TestCase("0 1", "Usage: ")]
    public async Task What_it_cannot_use_it_names(string seconds, string complaint)
    {
        var archive = Build("first", Morning, "program");

        var (exitCode, _, complaints) = await RunAsync([archive, archive + ".out", .. seconds.Split(' ')]);

        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(complaints, Does.Contain(complaint));
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>An archive of a base layer and one of a program, with what the SDK writes into them.</summary>
    private string Build(string name, DateTimeOffset at, string program, bool isBackwards = false)
    {
        var layers = new[] { Base, Layer(at, program, isBackwards) };
        var blobs = new Dictionary<string, byte[]>();
        var config = new JsonObject
        {
            ["config"] = new JsonObject { ["User"] = "1654", ["Env"] = new JsonArray("PATH=/usr/bin") },
            ["created"] = $"{at:yyyy-MM-ddTHH:mm:ss.fffffffZ}",
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)Digest(layer))]),
            },
            ["history"] = new JsonArray(
                new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = "a base" },
                new JsonObject { ["created"] = $"{at:yyyy-MM-ddTHH:mm:ss.fffffffZ}", ["author"] = ".NET SDK" }
            ),
        };
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Add(Bytes(config)),
            ["layers"] = new JsonArray([.. layers.Select(layer => (JsonNode)Add(Packed(layer)))]),
        };
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(Add(Bytes(manifest))) };
        blobs["index.json"] = Bytes(index);
        blobs["oci-layout"] = "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray();

        var path = Path.Combine(folder.FullName, $"{name}.tar");
        using var file = File.Create(path);
        using var writer = new TarWriter(file);
        foreach (var (place, bytes) in blobs)
        {
            writer.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, place) { DataStream = new MemoryStream(bytes) }
            );
        }
        return path;

        JsonObject Add(byte[] bytes)
        {
            var digest = Digest(bytes);
            blobs[$"blobs/sha256/{digest["sha256:".Length..]}"] = bytes;
            return new JsonObject { ["digest"] = digest, ["size"] = bytes.Length };
        }
    }

    private static byte[] Layer(DateTimeOffset at, string program, bool isBackwards = false)
    {
        (string Name, UnixFileMode Mode, string Content)[] files =
        [
            ("app/a.dll", (UnixFileMode)0b111_101_101, program),
            ("app/b.txt", (UnixFileMode)0b110_100_100, "text"),
        ];
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            writer.WriteEntry(Owned(new PaxTarEntry(TarEntryType.Directory, "app/"), at, (UnixFileMode)0b111_101_101));
            foreach (var file in isBackwards ? files.Reverse() : files)
            {
                var entry = new PaxTarEntry(TarEntryType.RegularFile, file.Name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Content)),
                };
                writer.WriteEntry(Owned(entry, at, file.Mode));
            }
        }
        return stream.ToArray();
    }

    private static PaxTarEntry Owned(PaxTarEntry entry, DateTimeOffset at, UnixFileMode mode)
    {
        (entry.ModificationTime, entry.Mode, entry.Uid, entry.Gid) = (at, mode, 7, 9);
        return entry;
    }

    private static Dictionary<string, byte[]> Read(string archive)
    {
        using var file = File.OpenRead(archive);
        return Entries(file)
            .Where(entry => entry.DataStream is not null)
            .ToDictionary(
                entry => entry.Name,
                entry =>
                {
                    using var copy = new MemoryStream();
                    entry.DataStream!.CopyTo(copy);
                    return copy.ToArray();
                }
            );
    }

    private static List<TarEntry> Entries(byte[] archive)
    {
        using var stream = new MemoryStream(archive);
        return Entries(stream);
    }

    private static List<TarEntry> Entries(Stream archive)
    {
        using var reader = new TarReader(archive);
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }
        return entries;
    }

    private static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static JsonNode Parse(byte[] json) => JsonNode.Parse(json)!;

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static async Task<string> NormaliseAsync(string archive)
    {
        var (exitCode, said, complaints) = await RunAsync([archive, archive + ".out", $"{Commit}"]);
        Assert.That(exitCode, Is.Zero, complaints);
        return said.Trim();
    }

    private static async Task<(int ExitCode, string Said, string Complaints)> RunAsync(string[] arguments)
    {
        var script = Path.Combine(Repository.Root, "infra/docker/reproducible.sh");
        var start = new ProcessStartInfo("bash", [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var run = Process.Start(start)!;
        var complaints = run.StandardError.ReadToEndAsync();
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        if ((await complaints).Contains("jq: command not found", StringComparison.Ordinal))
        {
            Assert.Ignore("jq is not installed.");
        }
        return (run.ExitCode, said, await complaints);
    }
}
