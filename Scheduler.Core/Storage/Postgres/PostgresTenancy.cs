namespace Scheduler.Core.Storage.Postgres;

/// <summary>
/// The second wall between customers: a script that is given a customer runs under a role to which the rows of the others do not
/// exist. Role and customer hold until its commit or its failure, then the session is the owner's again.
/// </summary>
internal static class PostgresTenancy
{
    private const string Customer = "customerId";

    private static readonly string Enter = SqlText.Load(PostgresEngine.DialectName, "tenancy")["enter"];

    /// <summary>The script as it is sent.</summary>
    public static string Wall(SqlStatement statement, SqlArguments arguments) =>
        IsWalled(statement, arguments) ? $"{Enter};\n{statement.Text}" : statement.Text;

    // By the argument, not by its value: one that was left empty must open nothing.
    private static bool IsWalled(SqlStatement statement, SqlArguments arguments) =>
        !statement.IsForAll && arguments.Values.Any(argument => argument.Name == Customer);
}
