using System.Buffers.Binary;
using System.Text;

namespace Scheduler.Core.Security.Secrets;

/// <summary>What a sealed secret belongs to. Sealed under one binding it opens under no other: a row copied elsewhere stays shut.</summary>
/// <param name="CustomerId">Whose secret.</param>
/// <param name="SecretId">The row that holds it.</param>
/// <param name="Purpose">The credential's provider, or what else the secret is for.</param>
public sealed record SecretBinding(string CustomerId, string SecretId, string Purpose)
{
    /// <summary>The binding of a provider configuration's Slack webhook. Providers are upper case, so it is never one of them.</summary>
    public static SecretBinding SlackWebhook(string customerId, string configId) =>
        new(customerId, configId, "slack_webhook");

    /// <summary>The associated data of both layers: the format's version, then each part behind its length, so that no two bindings meet.</summary>
    internal byte[] AssociatedData(byte formatVersion)
    {
        using var bytes = new MemoryStream();
        bytes.WriteByte(formatVersion);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in (string[])[CustomerId, SecretId, Purpose])
        {
            var text = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            bytes.Write(length);
            bytes.Write(text);
        }
        return bytes.ToArray();
    }
}
