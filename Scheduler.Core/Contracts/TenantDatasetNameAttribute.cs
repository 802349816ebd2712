using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Refuses customer ids whose lower-case form would name a dataset or schema of the system.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TenantDatasetNameAttribute : ValidationAttribute
{
    private static readonly string[] Names = ["customers", "information_schema", "main", "temp", "system"];
    private static readonly string[] Beginnings = ["_", "pg_", "scheduler_"];

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is string id && IsReserved(id)
            ? new(
                $"Is reserved. Choose one that is not {string.Join(", ", Names)} and begins with none of {string.Join(", ", Beginnings)}."
            )
            : ValidationResult.Success;

    private static bool IsReserved(string id) =>
        Names.Contains(id, StringComparer.OrdinalIgnoreCase)
        || Beginnings.Any(beginning => id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
