namespace Scheduler.Api.Auth.Oidc;

/// <summary>The bearer token of a request.</summary>
internal sealed class PresentedToken
{
    private const string Scheme = "Bearer ";

    private readonly string text;

    private PresentedToken(string text) => this.text = text;

    /// <summary>Null when there is no bearer token, or more than one.</summary>
    public static PresentedToken? Read(IHeaderDictionary headers) =>
        headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? new PresentedToken(header[Scheme.Length..].Trim())
            : null;

    /// <summary>The token in full: for the judge only.</summary>
    public string Reveal() => text;
}
