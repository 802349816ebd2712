namespace Scheduler.Api.Settings;

/// <summary>Who may trigger with a signed token instead of a key (<c>Scheduler__Oidc__*</c>): all of it is set, or none.</summary>
public sealed record OidcOptions
{
    public const string GoogleIssuer = "https://accounts.google.com";
    public const string GoogleKeys = "https://www.googleapis.com/oauth2/v3/certs";

    /// <summary>Scheduler__Oidc__Audience: what the caller's job is set to, by custom the service's root address.</summary>
    public required string Audience { get; init; }

    /// <summary>Scheduler__Oidc__ServiceAccount: the e-mail of the one account that may call.</summary>
    public required string ServiceAccount { get; init; }

    /// <summary>Scheduler__Oidc__Issuer.</summary>
    public string Issuer { get; init; } = GoogleIssuer;

    /// <summary>Scheduler__Oidc__KeysUrl: where the issuer publishes its keys, as a JSON Web Key Set.</summary>
    public Uri KeysUrl { get; init; } = new(GoogleKeys);

    /// <summary>The forms of the issuer that are accepted: Google writes its own with and without the scheme.</summary>
    public IReadOnlyList<string> Issuers =>
        Issuer.StartsWith("https://", StringComparison.Ordinal) ? [Issuer, Issuer["https://".Length..]] : [Issuer];
}
