namespace Scheduler.Core.Storage;

/// <summary>Names one script of <c>sql/&lt;dialect&gt;/&lt;concept&gt;.sql</c>.</summary>
/// <param name="Concept">The file, without its ending.</param>
/// <param name="Name">The statement's name in the file.</param>
public readonly record struct SqlOperation(string Concept, string Name)
{
    public override string ToString() => $"{Concept}.{Name}";
}
