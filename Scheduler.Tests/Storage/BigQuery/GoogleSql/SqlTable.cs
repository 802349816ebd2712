using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>A table or view, by its columns.</summary>
internal sealed record SqlTable(string Name, IReadOnlyList<SqlColumn> Columns)
{
    /// <summary>Tells rows apart and keeps the order in which they came; no column of <c>select *</c>.</summary>
    public const string RowId = "_rowid";

    /// <summary>How it is partitioned, as <c>DAY at</c>; null where it is not.</summary>
    public string? Partition { get; init; }

    /// <summary>The columns that it is clustered by.</summary>
    public IReadOnlyList<string> Cluster { get; init; } = [];

    public string? Description { get; init; }

    public SqlColumn? Find(string column) =>
        Columns.FirstOrDefault(own => own.Name.Equals(column.Trim('`'), StringComparison.OrdinalIgnoreCase));

    /// <param name="isTarget">Whether its rows are to be updated or deleted: they need a key then.</param>
    public SimpleTableProto ToProto(bool isTarget = false)
    {
        var table = new SimpleTableProto { Name = Name };
        table.Column.AddRange(
            Columns.Select(column => new SimpleColumnProto { Name = column.Name, Type = column.Type })
        );
        table.Column.Add(
            new SimpleColumnProto
            {
                Name = RowId,
                Type = SqlTypes.Int64,
                IsPseudoColumn = true,
            }
        );
        if (isTarget)
        {
            table.PrimaryKeyColumnIndex.Add(Columns.Count);
        }
        return table;
    }
}
