namespace Scheduler.Core.Storage.Postgres;

/// <summary>Settings of every session, given at connect time; those of the connection string win.</summary>
internal static class PostgresSettings
{
    // Scripts know their indexes: a plan made while a table was small must not walk it once it has grown. Planning a long script
    // costs more than running it, so a plan is made once. A lock is waited for, but not for ever.
    private const string Defaults =
        "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off -c lock_timeout=10s"
        + " -c statement_timeout=60s -c idle_in_transaction_session_timeout=30s -c timezone=UTC";

    /// <summary>The server gives a script up before the client does: only it can say that nothing was done.</summary>
    public const int CommandTimeoutSeconds = 75;

    public static string Extend(string? own) => string.IsNullOrWhiteSpace(own) ? Defaults : $"{Defaults} {own}";
}
