using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>A list of e-mail addresses, bounded in length.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EachEmailAttribute(int most) : ValidationAttribute
{
    /// <summary>Most addresses in the list.</summary>
    public int Most { get; } = most;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not IReadOnlyCollection<string> list ? ValidationResult.Success
        : list.Count > Most ? new($"Must have at most {Most} addresses.")
        : list.All(EmailAddress.IsValid) ? ValidationResult.Success
        : new("Must hold e-mail addresses only.");
}
