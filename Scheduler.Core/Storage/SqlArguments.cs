using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Storage;

/// <summary>The named arguments of an operation; the engine turns each into its own form.</summary>
public sealed class SqlArguments
{
    private readonly List<(string Name, object? Value)> values = [];

    public IReadOnlyList<(string Name, object? Value)> Values => values;

    public SqlArguments With(string name, string? value) => Add(name, value);

    public SqlArguments With(string name, long? value) => Add(name, value);

    public SqlArguments With(string name, bool? value) => Add(name, value);

    public SqlArguments With(string name, byte[]? value) => Add(name, value);

    public SqlArguments With(string name, Instant? value) => Add(name, value);

    public SqlArguments With(string name, LocalDate? value) => Add(name, value);

    /// <summary>Who changes what, for the audit trail: auditId, actorKind, actor, requestId.</summary>
    public SqlArguments With(AuditStamp stamp) =>
        With("auditId", stamp.AuditId)
            .With("actorKind", Wire.Name(stamp.Actor.Kind))
            .With("actor", stamp.Actor.KeyId)
            .With("requestId", stamp.Actor.RequestId);

    /// <summary>A list of records, sent as one JSON array with snake_case names.</summary>
    public SqlArguments WithRows<T>(string name, IReadOnlyList<T> rows)
        where T : notnull => Add(name, new SqlRows(typeof(IReadOnlyList<T>), rows));

    private SqlArguments Add(string name, object? value)
    {
        values.Add((name, value));
        return this;
    }
}
