namespace Scheduler.Core.Storage;

/// <summary>The two other shapes of a result: at most one row, exactly one row.</summary>
public static class SqlEngineExtensions
{
    /// <summary>The first row, or the default where there is none.</summary>
    public static async Task<T?> FindAsync<T>(
        this ISqlEngine engine,
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        var rows = await engine.RunAsync(operation, arguments, map, cancellationToken);
        return rows.Count == 0 ? default : rows[0];
    }

    /// <summary>The one row of a script that always selects one.</summary>
    public static async Task<T> SingleAsync<T>(
        this ISqlEngine engine,
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    ) => (await engine.RunAsync(operation, arguments, map, cancellationToken))[0];
}
