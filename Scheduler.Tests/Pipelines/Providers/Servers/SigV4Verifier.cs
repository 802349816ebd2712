using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>
/// Recomputes AWS Signature Version 4 from what arrived, by the published description and not by the SDK that signed.
/// </summary>
/// <remarks><see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"/></remarks>
internal static class SigV4Verifier
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Method, path, query, the signed headers and the body's digest.</summary>
    /// <param name="query">As it came, without the question mark.</param>
    /// <param name="headers">Each value as it came; several of one name in their order.</param>
    public static string CanonicalRequest(
        string method,
        string path,
        string query,
        IReadOnlyList<(string Name, string Value)> headers,
        IReadOnlyList<string> signed,
        string bodyDigest
    )
    {
        var text = new StringBuilder().Append(method).Append('\n').Append(CanonicalPath(path)).Append('\n');
        text.Append(CanonicalQuery(query)).Append('\n');
        foreach (var name in signed)
        {
            var values = headers
                .Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header =>
                    string.Join(' ', header.Value.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
                );
            text.Append(name).Append(':').Append(string.Join(',', values)).Append('\n');
        }
        return text.Append('\n').Append(string.Join(';', signed)).Append('\n').Append(bodyDigest).ToString();
    }

    public static string StringToSign(string time, string scope, string canonicalRequest) =>
        $"{Algorithm}\n{time}\n{scope}\n{Digest(Encoding.UTF8.GetBytes(canonicalRequest))}";

    /// <param name="scope">day/region/service/aws4_request.</param>
    public static string Signature(string secret, string scope, string stringToSign)
    {
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));
    }

    public static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Null when the signature is right, else what is wrong with it.</summary>
    public static string? Fault(
        string method,
        string path,
        string query,
        IReadOnlyList<(string Name, string Value)> headers,
        byte[] body,
        string keyId,
        string secret,
        string region,
        string service
    )
    {
        string? Value(string name) =>
            headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        if (Value("Authorization") is not { } authorization || Value("x-amz-date") is not { } time)
        {
            return "there is no Authorization or x-amz-date";
        }
        var parts = authorization[(Algorithm.Length + 1)..]
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToDictionary(part => part[0], part => part[1]);
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        if (parts["Credential"] != $"{keyId}/{scope}")
        {
            return $"the credential is {parts["Credential"]}, not {keyId}/{scope}";
        }
        var signed = parts["SignedHeaders"].Split(';');
        if (!signed.Contains("host") || !signed.Contains("x-amz-date"))
        {
            return "host and x-amz-date must be signed";
        }
        var digest = Digest(body);
        if (Value("x-amz-content-sha256") is { } claimed && claimed != digest)
        {
            return "x-amz-content-sha256 is not the body's";
        }
        var canonical = CanonicalRequest(method, path, query, headers, signed, digest);
        return Signature(secret, scope, StringToSign(time, scope, canonical)) == parts["Signature"]
            ? null
            : "the signature is another";
    }

    /// <summary>Each byte of a path is encoded but for unreserved letters and slashes; '.' and '..' are resolved.</summary>
    private static string CanonicalPath(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(Encode(Uri.UnescapeDataString(part)));
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }
        var end = parts.Count > 0 && path.EndsWith('/') ? "/" : "";
        return $"/{string.Join('/', parts)}{end}";
    }

    private static string CanonicalQuery(string query) =>
        string.Join(
            '&',
            query
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .Select(pair => (Name: Again(pair[0]), Value: pair.Length > 1 ? Again(pair[1]) : ""))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
                .ThenBy(pair => pair.Value, StringComparer.Ordinal)
                .Select(pair => $"{pair.Name}={pair.Value}")
        );

    private static string Again(string text) => Encode(Uri.UnescapeDataString(text));

    private static string Encode(string text) => Uri.EscapeDataString(text);
}
