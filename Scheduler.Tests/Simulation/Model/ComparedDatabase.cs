using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A database beside the model: whatever is done to it is done to both, and they must agree.</summary>
internal sealed class ComparedDatabase : ITestDatabase
{
    private readonly ITestDatabase real;

    public ComparedDatabase(ITestDatabase real)
    {
        this.real = real;
        Engine = new ComparedEngine(real.Engine, Model);
    }

    public ModelEngine Model { get; } = new(TimeProvider.System);

    public ComparedEngine Engine { get; }

    ISqlEngine ITestDatabase.Engine => Engine;

    public string ConnectionString => real.ConnectionString;

    public string RowOrder => real.RowOrder;

    public bool KeepsFinishedItems => real.KeepsFinishedItems;

    public static async Task<ComparedDatabase> OverSqliteAsync() => new(await SqliteDatabase.CreateFastAsync());

    public ISqlEngine Connect() => Engine;

    public async Task ExecuteAsync(string script)
    {
        await real.ExecuteAsync(script);
        ModelScripts.Execute(Model.Store, script);
    }

    public Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query) => real.QueryAsync(query);

    public string Literal(Instant value) => real.Literal(value);

    public string Literal(bool value) => real.Literal(value);

    public string JsonLiteral(string document) => real.JsonLiteral(document);

    public Task<IReadOnlyList<string>> TablesWithAsync(string column) => real.TablesWithAsync(column);

    public Task FailInsertsAsync(string table) => real.FailInsertsAsync(table);

    public Task DropTriggerAsync(string trigger, string table) => real.DropTriggerAsync(trigger, table);

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        await real.DisposeAsync();
    }
}
