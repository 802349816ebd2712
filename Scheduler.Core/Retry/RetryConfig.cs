using System.Text.Json;
using System.Text.Json.Serialization;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Retry;

/// <summary>How a pipeline's failures are retried. Written as JSON in the column <c>retry_config</c>.</summary>
public sealed record RetryConfig
{
    public static RetryConfig Default { get; } = new();

    /// <summary>Attempts after the first; 0 to 20.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Delay before the first retry, in seconds; 1 to 86,400.</summary>
    public double BaseSeconds { get; init; } = 60;

    /// <summary>Each further delay is this many times longer; 1 to 10.</summary>
    public double BackoffMultiplier { get; init; } = 2;

    /// <summary>No computed delay is longer, in seconds; 1 to 86,400.</summary>
    public double MaxBackoffSeconds { get; init; } = 3600;

    /// <summary>Spreads retries: the delay is drawn from the upper half of the computed one.</summary>
    public bool Jitter { get; init; } = true;

    /// <summary>Only these errors are retried; null means every retryable one.</summary>
    [JsonPropertyName("retry_on_errors")]
    public IReadOnlyList<ErrorType>? RetryOnErrors { get; init; }

    /// <summary>Reads what was stored; null and missing fields take the defaults.</summary>
    public static RetryConfig Parse(string? json) =>
        json is null ? Default : JsonSerializer.Deserialize<RetryConfig>(json, WireJson.Options) ?? Default;

    public string ToJson() => JsonSerializer.Serialize(this, WireJson.Options);
}
