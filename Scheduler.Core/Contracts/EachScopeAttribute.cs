using System.ComponentModel.DataAnnotations;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>A list of scopes out of the closed list.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EachScopeAttribute : ValidationAttribute
{
    private const int Most = 50;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not IReadOnlyCollection<string> list ? ValidationResult.Success
        : list.Count is 0 or > Most ? new($"Must have 1 to {Most} scopes.")
        : list.All(text => Scope.TryParse(text, out _)) ? ValidationResult.Success
        : new(
            "Must hold scopes only: *, or {resource}:{read, write, *} with a resource out of "
                + $"{string.Join(", ", Wire.Words<ScopeResource>())}."
        );
}
