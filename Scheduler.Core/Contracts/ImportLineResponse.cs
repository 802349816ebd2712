namespace Scheduler.Core.Contracts;

/// <summary>The answer to one line of an import.</summary>
public sealed record ImportLineResponse
{
    /// <summary>From 1, empty lines counted.</summary>
    public required long Line { get; init; }
    public required ImportLineStatus Status { get; init; }

    /// <summary>The pipeline; null for a refused line.</summary>
    public string? ConfigId { get; init; }

    /// <summary>What is wrong with a refused line, by field; <c>body</c> stands for the line as a whole.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}
