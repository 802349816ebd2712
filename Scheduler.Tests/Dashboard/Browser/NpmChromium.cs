using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>
/// The Chromium inside an npm package, for Linux on x64: it asks for nothing beyond what <c>npm ci</c> fetches. Unpacked once a
/// version, to <c>artifacts/chromium</c>.
/// </summary>
/// <param name="Executable">The path of the browser.</param>
/// <param name="Environment">What it has to be started with on a machine that lacks its libraries or any font.</param>
internal sealed record NpmChromium(string Executable, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The unpacked browser; null where npm has not brought it or it was not built for this machine.</summary>
    public static NpmChromium? Unpack()
    {
        var package = Path.Combine(Repository.Root, "Scheduler.Tests/node_modules/@sparticuz/chromium");
        var manifest = Path.Combine(package, "package.json");
        if (
            !OperatingSystem.IsLinux()
            || RuntimeInformation.OSArchitecture != Architecture.X64
            || !File.Exists(manifest)
        )
        {
            return null;
        }
        using var read = JsonDocument.Parse(File.ReadAllBytes(manifest));
        var folder = Path.Combine(
            Repository.Root,
            "artifacts/chromium",
            read.RootElement.GetProperty("version").GetString()!
        );
        if (!Directory.Exists(folder))
        {
            UnpackTo(folder, Path.Combine(package, "bin"));
        }
        return new(Path.Combine(folder, "chromium"), Needed(folder));
    }

    [SupportedOSPlatform("linux")]
    private static void UnpackTo(string folder, string packed)
    {
        // Beside the place and then moved there: a folder that exists is whole.
        var begun = $"{folder}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(begun);
            Fill(begun, folder, packed);
            Directory.Move(begun, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was first.
        }
        finally
        {
            if (Directory.Exists(begun))
            {
                Directory.Delete(begun, recursive: true);
            }
        }
    }

    [SupportedOSPlatform("linux")]
    private static void Fill(string begun, string folder, string packed)
    {
        var executable = Path.Combine(begun, "chromium");
        using (var source = Decompressed("chromium.br"))
        using (var target = File.Create(executable))
        {
            source.CopyTo(target);
        }
        File.SetUnixFileMode(executable, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var archive in new[] { "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br" })
        {
            using var source = Decompressed(archive);
            TarFile.ExtractToDirectory(source, begun, overwriteFiles: true);
        }
        // The packed one names folders of another machine.
        File.WriteAllText(
            Path.Combine(begun, "fonts.conf"),
            $"<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>"
        );

        BrotliStream Decompressed(string name) =>
            new(File.OpenRead(Path.Combine(packed, name)), CompressionMode.Decompress);
    }

    private static Dictionary<string, string> Needed(string folder)
    {
        var needed = new Dictionary<string, string>();
        if (NativeLibrary.TryLoad("libnss3.so", out var library))
        {
            NativeLibrary.Free(library);
        }
        else
        {
            needed["LD_LIBRARY_PATH"] = Path.Combine(folder, "lib");
        }
        if (!File.Exists("/etc/fonts/fonts.conf"))
        {
            needed["FONTCONFIG_FILE"] = Path.Combine(folder, "fonts.conf");
        }
        return needed;
    }
}
