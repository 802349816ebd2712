using Npgsql;

namespace Scheduler.Core.Storage.Postgres;

/// <summary>What PostgreSQL's error codes mean for the caller.</summary>
internal static class PostgresErrors
{
    /// <summary>A deadlock or a serialization failure: the script did nothing and may be run again.</summary>
    public static bool IsContention(Exception exception) =>
        exception
            is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected }
                or PostgresException { SqlState: PostgresErrorCodes.SerializationFailure };

    /// <summary>
    /// "Cached plan must not change result type": a migration changed a table under a session that had prepared the script. The
    /// script did nothing, and runs in a session that prepares it anew.
    /// </summary>
    public static bool IsOutdatedPlan(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported };

    /// <summary>It may be the session's plan that is wrong: of another schema, or, where the script ran out of time, of other sizes.</summary>
    public static bool IsOfThePlan(Exception exception) =>
        IsOutdatedPlan(exception)
        || exception
            is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }
                or NpgsqlException { InnerException: TimeoutException };

    /// <summary>
    /// The database cannot be reached, is going down, is out of resources or too busy. Whether a script that was sent has been
    /// committed is unknown.
    /// </summary>
    public static bool IsUnavailable(Exception exception) =>
        exception switch
        {
            PostgresException postgres => IsContention(postgres) || IsUnavailable(postgres.SqlState),
            NpgsqlException => true,
            TimeoutException => true,
            _ => false,
        };

    // Classes: 08 connection, 53 resources, 57 operator intervention, 58 system error.
    private static bool IsUnavailable(string state) =>
        state[..2] is "08" or "53" or "57" or "58"
        || state is PostgresErrorCodes.LockNotAvailable
        || state is PostgresErrorCodes.ReadOnlySqlTransaction
        || state is PostgresErrorCodes.InvalidCatalogName
        || state is PostgresErrorCodes.InvalidPassword
        || state is PostgresErrorCodes.InvalidAuthorizationSpecification;
}
