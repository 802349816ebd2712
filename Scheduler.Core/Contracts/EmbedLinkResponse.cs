using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>A link to a customer's own page. It is not kept: who loses it asks for another.</summary>
public sealed record EmbedLinkResponse
{
    /// <summary>Relative to the address of this API, for the <c>src</c> of a frame.</summary>
    public required string Url { get; init; }

    /// <summary>From then on it is refused.</summary>
    public required Instant ExpiresAt { get; init; }
}
