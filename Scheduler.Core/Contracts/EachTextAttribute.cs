using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>A list of short texts, bounded in number and length.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EachTextAttribute(int most, int longest) : ValidationAttribute
{
    /// <summary>Most entries.</summary>
    public int Most { get; } = most;

    /// <summary>Most characters of an entry.</summary>
    public int Longest { get; } = longest;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not IReadOnlyCollection<string> list ? ValidationResult.Success
        : list.Count > Most ? new($"Must have at most {Most} entries.")
        : list.All(IsPlain) ? ValidationResult.Success
        : new($"Must hold texts of 1 to {Longest} characters without control characters.");

    private bool IsPlain(string text) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= Longest && !text.Any(char.IsControl);
}
