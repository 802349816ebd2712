using System.Text.Json.Serialization;

namespace Scheduler.Core.Contracts;

/// <summary>What every refused or failed call answers, as <c>application/problem+json</c> (RFC 9457).</summary>
public sealed record ProblemResponse
{
    /// <summary>Names the kind of problem; the same for every occurrence of it.</summary>
    public required string Type { get; init; }
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What a program decides by.</summary>
    public required string ErrorCode { get; init; }

    /// <summary>Also in the header X-Request-Id and in the log.</summary>
    public required string RequestId { get; init; }

    /// <summary>What was wrong and what would be right, for a reader.</summary>
    public required string Detail { get; init; }

    /// <summary>Status 422: the messages per field of the body.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}
