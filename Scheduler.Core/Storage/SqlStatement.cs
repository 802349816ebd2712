namespace Scheduler.Core.Storage;

/// <summary>One named script of a .sql file.</summary>
/// <param name="IsWrite">Whether it changes anything: <c>-- mode: write</c> under the name.</param>
public sealed record SqlStatement(string Name, string Text, bool IsWrite);
