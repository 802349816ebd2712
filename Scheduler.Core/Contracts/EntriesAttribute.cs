using System.Collections;
using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>A list of bounded length.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EntriesAttribute(int fewest, int most) : ValidationAttribute
{
    /// <summary>Fewest entries.</summary>
    public int Fewest { get; } = fewest;

    /// <summary>Most entries.</summary>
    public int Most { get; } = most;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not ICollection list || (list.Count >= Fewest && list.Count <= Most)
            ? ValidationResult.Success
            : new($"Must have {Fewest} to {Most} entries.");
}
