using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>An e-mail address, or empty text where that clears the field.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionalEmailAttribute : ValidationAttribute
{
    private static readonly EmailAddressAttribute One = new();

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not string { Length: > 0 } text || One.IsValid(text)
            ? ValidationResult.Success
            : new("Must be an e-mail address, or empty to clear it.");
}
