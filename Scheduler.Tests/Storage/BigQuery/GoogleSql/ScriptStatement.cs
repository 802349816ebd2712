namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>One statement of a script.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, without the semicolon.</param>
/// <param name="Start">Where its text begins in the script.</param>
internal sealed record ScriptStatement(ScriptKind Kind, string Text, int Start)
{
    /// <summary>The variables that a DECLARE or SET names.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The type that a DECLARE names; null where its default tells.</summary>
    public string? Type { get; init; }

    /// <summary>The expression of a DECLARE (null without a default), SET or ASSERT, the condition of an IF, the query of a temp table.</summary>
    public string? Expression { get; init; }
    public int ExpressionStart { get; init; }

    /// <summary>The table of a DML statement, of CREATE and ALTER TABLE, CREATE VIEW or DROP.</summary>
    public string? Target { get; init; }

    /// <summary>The columns that an INSERT names.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The columns that an ALTER TABLE adds: the definition of each, and whether it may be there already.</summary>
    public IReadOnlyList<(string Definition, bool IfNotExists)> Added { get; init; } = [];

    /// <summary>What an IF leads to; the statements of a block.</summary>
    public IReadOnlyList<ScriptStatement> Then { get; init; } = [];
    public IReadOnlyList<ScriptStatement> Else { get; init; } = [];

    public bool IsDml => Kind is ScriptKind.Insert or ScriptKind.Update or ScriptKind.Delete;
}
