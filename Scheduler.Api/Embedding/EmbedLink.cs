using NodaTime;
using Scheduler.Api.Dashboard;

namespace Scheduler.Api.Embedding;

/// <summary>A link that shows one customer's page, to whoever has it, for a while.</summary>
/// <param name="Token">As the address carries it.</param>
internal sealed record EmbedLink(string CustomerId, Instant Until, string Token)
{
    public const string TokenQuery = "token";

    /// <summary>What every address of the customer's page ends with.</summary>
    public string Query(string? theme)
    {
        var query = $"?{TokenQuery}={Token}";
        return PageFrames.Theme(theme) is var chosen and not "auto"
            ? $"{query}&{PageFrames.ThemeQuery}={chosen}"
            : query;
    }

    /// <summary>A record's own text would show the token.</summary>
    public override string ToString() => $"{CustomerId} until {Until}";
}
