using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Storage;

/// <summary>The named arguments of an operation; the engine turns each into its own form.</summary>
public sealed class SqlArguments
{
    private readonly List<SqlArgument> values = [];

    public IReadOnlyList<SqlArgument> Values => values;

    public SqlArguments With(string name, string? value) => Add(name, SqlType.Text, value);

    public SqlArguments With(string name, long? value) => Add(name, SqlType.Integer, value);

    public SqlArguments With(string name, bool? value) => Add(name, SqlType.Bool, value);

    public SqlArguments With(string name, byte[]? value) => Add(name, SqlType.Bytes, value);

    public SqlArguments With(string name, Instant? value) => Add(name, SqlType.Instant, value);

    public SqlArguments With(string name, LocalDate? value) => Add(name, SqlType.Date, value);

    /// <summary>Who changes what, for the audit trail: auditId, actorKind, actor, requestId.</summary>
    public SqlArguments With(AuditStamp stamp) =>
        With("auditId", stamp.AuditId)
            .With("actorKind", Wire.Name(stamp.Actor.Kind))
            .With("actor", stamp.Actor.KeyId)
            .With("requestId", stamp.Actor.RequestId);

    /// <summary>A list of records, sent as one JSON array with snake_case names.</summary>
    public SqlArguments WithRows<T>(string name, IReadOnlyList<T> rows)
        where T : notnull => Add(name, SqlType.Rows, new SqlRows(typeof(IReadOnlyList<T>), rows, rows.Count));

    internal SqlArguments With(SqlArgument argument)
    {
        values.Add(argument);
        return this;
    }

    private SqlArguments Add(string name, SqlType type, object? value) => With(new SqlArgument(name, type, value));
}
