namespace Scheduler.Api.Hosting;

/// <summary>Endpoint metadata: the Content-Security-Policy of a page, instead of the one that allows nothing.</summary>
/// <param name="Value">The header's value.</param>
/// <param name="Referrer">The Referrer-Policy that goes with it.</param>
public sealed record ContentPolicy(string Value, string Referrer = ContentPolicy.NoReferrer)
{
    /// <summary>For answers that are data.</summary>
    public const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    public const string NoReferrer = "no-referrer";

    /// <summary>
    /// For the dashboard: files of this host only, nothing inline, nothing that makes markup of text but the one named policy. Without
    /// "same-origin" a browser would send forms with the origin "null".
    /// </summary>
    public static readonly ContentPolicy Dashboard = new(Pages("'none'"), "same-origin");

    /// <summary>For pages that load their own scripts and styles from this host only.</summary>
    public static readonly ContentPolicy OwnPage = new(
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );

    /// <summary>For the page of a customer, whose address is its key.</summary>
    /// <param name="frameAncestors">The origins of the sites that may show it in a frame.</param>
    public static ContentPolicy Embedded(IReadOnlyList<string> frameAncestors) =>
        new(Pages(frameAncestors.Count == 0 ? "'none'" : string.Join(' ', frameAncestors)));

    private static string Pages(string frameAncestors) =>
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; require-trusted-types-for 'script'; trusted-types scheduler; "
        + $"frame-ancestors {frameAncestors}";
}
