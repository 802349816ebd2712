using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>An operation's arguments, read by name. Instants are cut to what a store can hold.</summary>
internal sealed class ModelArguments(SqlArguments arguments)
{
    public string Text(string name) => (string)NotNull(name);

    public string? TextOrNull(string name) => (string?)Value(name);

    public long Integer(string name) => (long)NotNull(name);

    public long? IntegerOrNull(string name) => (long?)Value(name);

    public bool Bool(string name) => (bool)NotNull(name);

    public bool? BoolOrNull(string name) => (bool?)Value(name);

    public Instant At(string name) => ((Instant)NotNull(name)).ToMicroseconds();

    public Instant? AtOrNull(string name) => ((Instant?)Value(name))?.ToMicroseconds();

    public LocalDate Date(string name) => (LocalDate)NotNull(name);

    public LocalDate? DateOrNull(string name) => (LocalDate?)Value(name);

    public IReadOnlyList<T> Rows<T>(string name) => (IReadOnlyList<T>)((SqlRows)NotNull(name)).Rows;

    /// <summary>Rows of a type that is the store's own secret.</summary>
    public IReadOnlyList<ModelRecord> Records(string name) =>
        [
            .. ((System.Collections.IEnumerable)((SqlRows)NotNull(name)).Rows)
                .Cast<object>()
                .Select(row => new ModelRecord(row)),
        ];

    private object NotNull(string name) => Value(name) ?? throw new ArgumentException($"@{name} is null.");

    private object? Value(string name)
    {
        foreach (var argument in arguments.Values)
        {
            if (argument.Name == name)
            {
                return argument.Value;
            }
        }
        throw new ArgumentException($"There is no @{name}.");
    }
}
