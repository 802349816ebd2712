using System.Text;
using System.Text.Json;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Credentials;

/// <summary>Which forms a secret may have, by its type. Messages name fields, never values.</summary>
public static class SecretForm
{
    /// <summary>Most bytes of a secret: a service account's key has about 2,400.</summary>
    public const int MostBytes = 16 * 1024;

    private const string Root = "credentials";
    private const string Azure = "AZURE";

    private static readonly string[] GoogleKey = ["type", "project_id", "private_key", "client_email", "token_uri"];
    private static readonly string[] AzureApplication = ["tenant_id", "client_id", "client_secret"];
    private static readonly string[] KeyPair = ["access_key_id", "secret_access_key"];
    private static readonly string[] Role = ["role_arn", "external_id"];

    // What else a provider's own file holds.
    private static readonly string[] GoogleOptional =
    [
        "private_key_id",
        "client_id",
        "auth_uri",
        "auth_provider_x509_cert_url",
        "client_x509_cert_url",
        "universe_domain",
    ];

    /// <summary>Every fault, empty when the secret has the form of its type.</summary>
    public static IReadOnlyList<SecretFault> Check(string provider, CredentialType type, JsonElement secret) =>
        Encoding.UTF8.GetByteCount(secret.GetRawText()) > MostBytes
            ? [new(Root, $"Must have at most {MostBytes} bytes.")]
            : type switch
            {
                CredentialType.ApiKey => CheckKey(secret),
                _ when secret.ValueKind != JsonValueKind.Object => [new(Root, "Must be an object.")],
                CredentialType.ServiceAccount when provider == Azure => CheckFields(secret, AzureApplication, []),
                CredentialType.ServiceAccount => CheckGoogle(secret),
                CredentialType.AccessKey when secret.TryGetProperty(Role[0], out _) => CheckFields(secret, Role, []),
                CredentialType.AccessKey => CheckFields(secret, KeyPair, ["session_token"]),
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown type."),
            };

    /// <summary>What is sealed: the text of a key, else the object as it was given.</summary>
    public static byte[] Bytes(JsonElement secret) =>
        Encoding.UTF8.GetBytes(
            secret.ValueKind == JsonValueKind.String ? secret.GetString() ?? "" : secret.GetRawText()
        );

    private static IReadOnlyList<SecretFault> CheckKey(JsonElement secret) =>
        // Printable ASCII without blanks: it travels in a header.
        secret.ValueKind == JsonValueKind.String
        && secret.GetString() is { Length: > 0 and <= 4096 } text
        && text.All(letter => letter is > ' ' and < '\x7f')
            ? []
            : [new(Root, "Must be text of 1 to 4096 printable ASCII characters without blanks.")];

    private static List<SecretFault> CheckGoogle(JsonElement secret)
    {
        var faults = CheckFields(secret, GoogleKey, GoogleOptional);
        Expect("type", text => text == "service_account", "Must be service_account.");
        Expect(
            "private_key",
            text => text.Contains("-----BEGIN", StringComparison.Ordinal),
            "Must be a private key in PEM form."
        );
        // The key is exchanged for a token there: an address of the customer's choosing would be called from within.
        Expect(
            "token_uri",
            text => text == "https://oauth2.googleapis.com/token",
            "Must be https://oauth2.googleapis.com/token."
        );
        return faults;

        void Expect(string field, Func<string, bool> isRight, string message)
        {
            if (Text(secret, field) is { } text && !isRight(text))
            {
                faults.Add(new($"{Root}.{field}", message));
            }
        }
    }

    private static List<SecretFault> CheckFields(JsonElement secret, string[] required, string[] optional)
    {
        var faults = required
            .Where(field => string.IsNullOrWhiteSpace(Text(secret, field)))
            .Select(field => new SecretFault($"{Root}.{field}", "Is required, as text."))
            .ToList();
        foreach (var member in secret.EnumerateObject())
        {
            if (!required.Contains(member.Name) && !optional.Contains(member.Name))
            {
                faults.Add(
                    new(
                        Root,
                        $"Has a field that does not belong there; it may have {string.Join(", ", required.Concat(optional))}."
                    )
                );
                break;
            }
            if (optional.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.String)
            {
                faults.Add(new($"{Root}.{member.Name}", "Must be text."));
            }
        }
        return faults;
    }

    private static string? Text(JsonElement secret, string field) =>
        secret.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
