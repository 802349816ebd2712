using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Scheduler.Core.Datasets;

/// <summary>The name of a customer's dataset: a customer id in lower case that can stand as an identifier everywhere.</summary>
public sealed partial record DatasetId
{
    private static readonly string[] Reserved = ["customers", "information_schema", "main", "temp", "system"];
    private static readonly string[] ReservedPrefixes = ["_", "pg_", "scheduler_"];

    private DatasetId(string value) => Value = value;

    /// <summary>3 to 50 of a-z, 0-9 and underscore.</summary>
    public string Value { get; }

    /// <summary>Makes the dataset name of a customer.</summary>
    /// <param name="customerId">The customer id, in any case.</param>
    /// <param name="id">The name, when the answer is true.</param>
    /// <param name="error">What is wrong and what would be right, when the answer is false.</param>
    public static bool TryCreate(
        string? customerId,
        [NotNullWhen(true)] out DatasetId? id,
        [NotNullWhen(false)] out string? error
    )
    {
        id = null;
        error = null;
        if (customerId is null || !Letters().IsMatch(customerId))
        {
            error = "must be 3 to 50 letters (a-z), digits or underscores";
            return false;
        }
        var value = customerId.ToLowerInvariant();
        if (Reserved.Contains(value, StringComparer.Ordinal))
        {
            error = $"'{value}' is reserved";
            return false;
        }
        if (ReservedPrefixes.FirstOrDefault(prefix => value.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
        {
            error = $"must not begin with '{prefix}'";
            return false;
        }
        id = new DatasetId(value);
        return true;
    }

    public override string ToString() => Value;

    // \z and not $: a trailing line feed is not part of a name. Only ASCII folds in ToLowerInvariant here.
    [GeneratedRegex(@"\A[A-Za-z0-9_]{3,50}\z")]
    private static partial Regex Letters();
}
