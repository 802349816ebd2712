namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A column that templates may fill.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="Nullable">False: a template must fill it.</param>
/// <param name="Conversions">The words of <c>as</c> that fit it.</param>
public sealed record TargetColumn(string Name, bool Nullable, IReadOnlyList<Conversion> Conversions)
{
    /// <summary>The column of the staging file that holds it.</summary>
    public string Staged { get; init; } = Name;
}
