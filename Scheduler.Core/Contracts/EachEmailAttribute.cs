using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>A list of e-mail addresses, bounded in length.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EachEmailAttribute(int most) : ValidationAttribute
{
    private static readonly EmailAddressAttribute One = new();

    /// <summary>Most addresses in the list.</summary>
    public int Most { get; } = most;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not IReadOnlyCollection<string> list ? ValidationResult.Success
        : list.Count > Most ? new($"Must have at most {Most} addresses.")
        : list.All(item => item is { Length: <= 320 } && One.IsValid(item)) ? ValidationResult.Success
        : new("Must hold e-mail addresses only.");
}
