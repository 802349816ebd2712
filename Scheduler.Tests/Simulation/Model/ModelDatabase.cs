using System.Globalization;
using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>The model where a contract expects a database. It keeps instants as SQLite does; there are no tables to ask.</summary>
internal sealed class ModelDatabase : ITestDatabase
{
    public ModelEngine Engine { get; } = new(TimeProvider.System);

    ISqlEngine ITestDatabase.Engine => Engine;

    public string ConnectionString => throw NoTables();

    public string RowOrder => throw NoTables();

    /// <summary>The same one: it lends itself in turn.</summary>
    public ISqlEngine Connect() => Engine;

    public Task ExecuteAsync(string script)
    {
        ModelScripts.Execute(Engine.Store, script);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query) => throw NoTables();

    public string Literal(Instant value) => value.Micros().ToString(CultureInfo.InvariantCulture);

    public string Literal(bool value) => value ? "1" : "0";

    public Task<IReadOnlyList<string>> TablesWithAsync(string column) => throw NoTables();

    public Task FailInsertsAsync(string table) => throw NoTables();

    public Task DropTriggerAsync(string trigger, string table) => throw NoTables();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NotSupportedException NoTables() => new("The model has no tables.");
}
