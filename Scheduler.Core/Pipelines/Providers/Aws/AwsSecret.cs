using System.Text.Json;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>A customer's credential of AWS: a role to assume, or a key pair.</summary>
internal abstract record AwsSecret
{
    private AwsSecret() { }

    public sealed record Role(string Arn, string ExternalId) : AwsSecret;

    public sealed record KeyPair(string AccessKeyId, string SecretAccessKey, string? SessionToken) : AwsSecret
    {
        // A record's own text would print the key.
        public override string ToString() => nameof(KeyPair);
    }

    /// <exception cref="PipelineException">The secret has another form.</exception>
    public static AwsSecret Parse(ReadOnlyMemory<byte> secret)
    {
        try
        {
            using var json = JsonDocument.Parse(secret);
            var root = json.RootElement;
            return root.TryGetProperty("role_arn", out var role)
                ? new Role(role.GetString()!, root.GetProperty("external_id").GetString()!)
                : new KeyPair(
                    root.GetProperty("access_key_id").GetString()!,
                    root.GetProperty("secret_access_key").GetString()!,
                    root.TryGetProperty("session_token", out var token) ? token.GetString() : null
                );
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PipelineException(
                ErrorType.InvalidConfiguration,
                "The credential must have role_arn and external_id, or access_key_id and secret_access_key."
            );
        }
    }
}
