using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scheduler.Core.Security.Secrets.Kms;

namespace Scheduler.Tests.Security.Secrets;

/// <summary>Cloud KMS as its REST documentation describes it, on a loopback port: checks checksums and associated data, has key
/// versions, and misbehaves as told.</summary>
internal sealed class KmsStandIn : IAsyncDisposable
{
    public const string Key = "projects/p/locations/europe-west3/keyRings/ring/cryptoKeys/credentials";
    private readonly HttpListener listener;
    private readonly Task serving;
    private readonly List<byte[]> versions = [RandomNumberGenerator.GetBytes(32)];

    public KmsStandIn()
    {
        (listener, Address) = Enumerable
            .Range(19310, 200)
            .Select(port => new Uri($"http://127.0.0.1:{port}/"))
            .Select(address => (Listener: TryListen(address), address))
            .Select(pair => (pair.Listener!, pair.address))
            .First(pair => pair.Item1 is not null);
        serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>What to answer before anything else; each is used once.</summary>
    public ConcurrentQueue<Func<HttpListenerContext, JsonObject, bool>> Faults { get; } = new();

    public List<string?> Tokens { get; } = [];
    public List<string> Bodies { get; } = [];
    public int Calls => Tokens.Count;

    public void Rotate() => versions.Add(RandomNumberGenerator.GetBytes(32));

    /// <summary>Answers a status with Google's error body.</summary>
    public void Refuse(int status, string word, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            Faults.Enqueue(
                (context, _) =>
                {
                    Answer(
                        context,
                        status,
                        new JsonObject
                        {
                            ["error"] = new JsonObject { ["code"] = status, ["status"] = word },
                        }
                    );
                    return true;
                }
            );
        }
    }

    /// <summary>Changes the good answer before it is sent.</summary>
    public void Spoil(Action<JsonObject> change, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            Faults.Enqueue(
                (_, answer) =>
                {
                    change(answer);
                    return false;
                }
            );
        }
    }

    /// <summary>Never answers.</summary>
    public void Hang() => Faults.Enqueue((_, _) => true);

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    /// <summary>Null where another test has the port. A listener that failed to start is of no further use.</summary>
    private static HttpListener? TryListen(Uri address)
    {
        var listener = new HttpListener();
        listener.Prefixes.Add(address.ToString());
        try
        {
            listener.Start();
            return listener;
        }
        catch (HttpListenerException)
        {
            return null;
        }
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                Handle(await listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception) when (exception is ProtocolViolationException or JsonException)
            {
                // Given up by its caller, or cut by the close, before it was here as a whole.
            }
        }
    }

    private void Handle(HttpListenerContext context)
    {
        Tokens.Add(context.Request.Headers["Authorization"]);
        var body = JsonNode.Parse(context.Request.InputStream)!.AsObject();
        Bodies.Add(body.ToJsonString());
        var path = context.Request.Url!.AbsolutePath;
        var (status, answer) =
            path == $"/v1/{Key}:encrypt" ? Encrypt(body)
            : path == $"/v1/{Key}:decrypt" ? Decrypt(body)
            : Error(404, "NOT_FOUND");
        if (Faults.TryDequeue(out var fault) && fault(context, answer))
        {
            return;
        }
        Answer(context, status, answer);
    }

    private (int, JsonObject) Encrypt(JsonObject body)
    {
        var plaintext = Bytes(body, "plaintext");
        var aad = Bytes(body, "additionalAuthenticatedData");
        if (!IsWhole(body, "plaintext", plaintext) || !IsWhole(body, "additionalAuthenticatedData", aad))
        {
            return Error(400, "INVALID_ARGUMENT");
        }
        var ciphertext = new byte[1 + 12 + 16 + plaintext.Length];
        ciphertext[0] = (byte)versions.Count;
        RandomNumberGenerator.Fill(ciphertext.AsSpan(1, 12));
        using var cipher = new AesGcm(versions[^1], 16);
        cipher.Encrypt(ciphertext.AsSpan(1, 12), plaintext, ciphertext.AsSpan(29), ciphertext.AsSpan(13, 16), aad);
        return (
            200,
            new JsonObject
            {
                ["name"] = $"{Key}/cryptoKeyVersions/{versions.Count}",
                ["ciphertext"] = Convert.ToBase64String(ciphertext),
                ["ciphertextCrc32c"] = Crc32C.Text(ciphertext),
                ["verifiedPlaintextCrc32c"] = true,
                ["verifiedAdditionalAuthenticatedDataCrc32c"] = true,
                ["protectionLevel"] = "SOFTWARE",
            }
        );
    }

    private (int, JsonObject) Decrypt(JsonObject body)
    {
        var ciphertext = Bytes(body, "ciphertext");
        var aad = Bytes(body, "additionalAuthenticatedData");
        if (!IsWhole(body, "ciphertext", ciphertext) || !IsWhole(body, "additionalAuthenticatedData", aad))
        {
            return Error(400, "INVALID_ARGUMENT");
        }
        try
        {
            var plaintext = new byte[ciphertext.Length - 29];
            using var cipher = new AesGcm(versions[ciphertext[0] - 1], 16);
            cipher.Decrypt(ciphertext.AsSpan(1, 12), ciphertext.AsSpan(29), ciphertext.AsSpan(13, 16), plaintext, aad);
            return (
                200,
                new JsonObject
                {
                    ["plaintext"] = Convert.ToBase64String(plaintext),
                    ["plaintextCrc32c"] = Crc32C.Text(plaintext),
                    ["usedPrimary"] = ciphertext[0] == versions.Count,
                }
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return Error(400, "INVALID_ARGUMENT");
        }
    }

    private static byte[] Bytes(JsonObject body, string name) => Convert.FromBase64String((string)body[name]!);

    private static bool IsWhole(JsonObject body, string name, byte[] bytes) =>
        (string?)body[$"{name}Crc32c"] == Crc32C.Text(bytes);

    private static (int, JsonObject) Error(int status, string word) =>
        (
            status,
            new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = status, ["status"] = word },
            }
        );

    private static void Answer(HttpListenerContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Close(JsonSerializer.SerializeToUtf8Bytes(answer), willBlock: false);
    }
}
