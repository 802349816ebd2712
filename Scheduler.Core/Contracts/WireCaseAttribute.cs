namespace Scheduler.Core.Contracts;

/// <summary>Says how the members of an enum are written on the wire and in the store.</summary>
/// <param name="upper">True for UPPER_SNAKE words, false for lower_snake words.</param>
[AttributeUsage(AttributeTargets.Enum)]
public sealed class WireCaseAttribute(bool upper) : Attribute
{
    public bool Upper { get; } = upper;
}
