using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Text of bounded length without control characters; a lower bound of at least one also refuses blanks only.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TextAttribute(int minimum, int maximum) : ValidationAttribute
{
    /// <summary>Fewest characters.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Most characters.</summary>
    public int Maximum { get; } = maximum;

    /// <summary>Lets line breaks and tabs through.</summary>
    public bool Multiline { get; init; }

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not string text ? ValidationResult.Success
        : text.Length < Minimum || text.Length > Maximum ? new($"Must have {Minimum} to {Maximum} characters.")
        : Minimum > 0 && string.IsNullOrWhiteSpace(text) ? new("Must not be blank.")
        : text.Any(IsRefused) ? new("Must not contain control characters.")
        : ValidationResult.Success;

    private bool IsRefused(char character) =>
        char.IsControl(character) && !(Multiline && character is '\n' or '\r' or '\t');
}
