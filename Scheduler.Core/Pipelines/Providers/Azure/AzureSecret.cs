using System.Text.Json;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>A customer's application in Microsoft Entra ID.</summary>
internal sealed record AzureSecret(string TenantId, string ClientId, string ClientSecret)
{
    /// <exception cref="PipelineException">The secret has another form.</exception>
    public static AzureSecret Parse(ReadOnlyMemory<byte> secret)
    {
        try
        {
            using var json = JsonDocument.Parse(secret);
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            return new AzureSecret(Text("tenant_id"), Text("client_id"), Text("client_secret"));
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PipelineException(
                ErrorType.InvalidConfiguration,
                "The credential must have tenant_id, client_id and client_secret."
            );
        }
    }

    // A record's own text would print the secret.
    public override string ToString() => nameof(AzureSecret);
}
