using System.Collections.Frozen;
using System.Security.Cryptography;
using Scheduler.Api.Auth;

namespace Scheduler.Api.Dashboard;

/// <summary>
/// The pages' style and scripts. They are part of the program, so that a page finds those of its own version, and their address changes
/// with their content, so that a browser may keep them.
/// </summary>
internal static class DashboardAssets
{
    private const string Prefix = "dashboard/";

    private static readonly FrozenDictionary<string, byte[]> Files = Read();

    private static readonly string Version = Convert.ToHexStringLower(
        SHA256.HashData([.. Files.OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => file.Value)])
    )[..12];

    public static string PathOf(string file) => $"{DashboardPaths.Root}/assets/{Version}/{file}";

    public static void MapAssets(this IEndpointRouteBuilder app) =>
        app.MapGet($"{DashboardPaths.Root}/assets/{{version}}/{{file}}", Send).Open().ExcludeFromDescription();

    private static IResult Send(string version, string file, HttpContext http)
    {
        if (!Files.TryGetValue(file, out var content))
        {
            return TypedResults.NotFound();
        }
        // While two versions are in service, a page of one may ask the other: it gets what there is, and does not keep it.
        http.Response.Headers.CacheControl = version == Version ? "public, max-age=31536000, immutable" : "no-store";
        return TypedResults.Bytes(content, TypeOf(file));
    }

    private static string TypeOf(string file) =>
        Path.GetExtension(file) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };

    private static FrozenDictionary<string, byte[]> Read()
    {
        var assembly = typeof(DashboardAssets).Assembly;
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Prefix.Length..],
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var bytes = new byte[stream.Length];
                    stream.ReadExactly(bytes);
                    return bytes;
                }
            );
    }
}
