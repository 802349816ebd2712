namespace Scheduler.Api.Dashboard.Parts;

/// <summary>One bar of a chart.</summary>
/// <param name="Title">Everything that the bar says, in words.</param>
/// <param name="Parts">From the bottom up: a class of the style sheet, and a value.</param>
/// <param name="Href">Where it leads to; null for nowhere.</param>
public sealed record Bar(string Title, IReadOnlyList<(string Class, double Value)> Parts, string? Href = null)
{
    public double Total => Parts.Sum(part => part.Value);
}
