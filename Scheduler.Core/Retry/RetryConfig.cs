using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Retry;

/// <summary>How a pipeline's failed runs are tried again; JSON in the column <c>retry_config</c>.</summary>
public sealed record RetryConfig : IValidatableObject
{
    public static RetryConfig Default { get; } = new();

    /// <summary>Tries after the first one, 0 to 20.</summary>
    [Range(0, 20)]
    public int MaxRetries { get; init; } = 3;

    /// <summary>Wait before the first retry, in seconds.</summary>
    [Range(1, 86_400)]
    public int BaseSeconds { get; init; } = 60;

    /// <summary>Factor from one wait to the next.</summary>
    [Range(1.0, 10.0)]
    public double BackoffMultiplier { get; init; } = 2;

    /// <summary>Longest wait, in seconds.</summary>
    [Range(1, 86_400)]
    public int MaxBackoffSeconds { get; init; } = 3600;

    /// <summary>Draws each wait from the upper half of the computed one, so that pipelines that failed together do not return together.</summary>
    public bool Jitter { get; init; } = true;

    /// <summary>Retries these error types only; without it those that are worth another try.</summary>
    public IReadOnlyList<ErrorType>? RetryOnErrors { get; init; }

    /// <summary>Switches the pipeline off after so many failures in a row, 1 to 1,000; without it never.</summary>
    [Range(1, 1_000)]
    public int? DisableAfterFailures { get; init; }

    /// <summary>
    /// Reads what was stored; null and missing fields take the defaults, and so does all of what cannot be read: one damaged row must
    /// not hold up the results of others.
    /// </summary>
    public static RetryConfig Parse(string? json)
    {
        try
        {
            return json is null ? Default : JsonSerializer.Deserialize<RetryConfig>(json, WireJson.Options) ?? Default;
        }
        catch (JsonException)
        {
            return Default;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxBackoffSeconds < BaseSeconds)
        {
            yield return new("Must not be less than base_seconds.", [nameof(MaxBackoffSeconds)]);
        }
        if (RetryOnErrors?.Where(type => !RetryableErrors.Contains(type)).Distinct().ToList() is { Count: > 0 } lasting)
        {
            yield return new(
                $"{string.Join(", ", lasting.Select(Wire.Name))}: never retried, another try would end the same.",
                [nameof(RetryOnErrors)]
            );
        }
    }
}
