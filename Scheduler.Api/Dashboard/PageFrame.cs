using NodaTime;

namespace Scheduler.Api.Dashboard;

/// <summary>What every page shows around its own part.</summary>
public sealed record PageFrame
{
    /// <summary>What ages are counted from.</summary>
    public required Instant Now { get; init; }

    /// <summary>The page's own path, for what is marked as where one is.</summary>
    public required string Path { get; init; }

    /// <summary>The path with its query: where a change of colours comes back to.</summary>
    public required string Address { get; init; }

    /// <summary>light, dark, or auto for what the system wants.</summary>
    public required string Theme { get; init; }

    /// <summary>How often the page looks for news.</summary>
    public required int RefreshSeconds { get; init; }

    /// <summary>Proves that a form is of this session; null without one.</summary>
    public string? FormProof { get; init; }

    /// <summary>The query string that a customer's own pages hand on; null for operators.</summary>
    public string? EmbedQuery { get; init; }

    public Notice? Notice { get; init; }

    public bool IsEmbedded => EmbedQuery is not null;
}
