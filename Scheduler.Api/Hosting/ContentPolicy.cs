namespace Scheduler.Api.Hosting;

/// <summary>Endpoint metadata: the Content-Security-Policy of a page, instead of the one that allows nothing.</summary>
public sealed record ContentPolicy(string Value)
{
    /// <summary>For answers that are data.</summary>
    public const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>For pages that load their own scripts and styles from this host only.</summary>
    public static readonly ContentPolicy OwnPage = new(
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
}
