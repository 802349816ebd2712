using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Support;

/// <summary>
/// A migrated database of an engine, and the ways behind the stores' back that a contract needs and in which the dialects differ.
/// </summary>
internal interface ITestDatabase : IAsyncDisposable
{
    ISqlEngine Engine { get; }

    string ConnectionString { get; }

    /// <summary>The settings with which a process finds it, its provider left out.</summary>
    IReadOnlyList<(string Name, string Value)> Settings => [("Scheduler__Storage__ConnectionString", ConnectionString)];

    /// <summary>The column that orders rows, while none has been changed, as they were added.</summary>
    string RowOrder { get; }

    /// <summary>Whether an item stays in the queue for a while after it has ended.</summary>
    bool KeepsFinishedItems => true;

    /// <summary>A second engine on the same data, as another process has it; ended with this database.</summary>
    ISqlEngine Connect();

    /// <summary>Changes rows behind the stores' back.</summary>
    Task ExecuteAsync(string script);

    /// <summary>
    /// Reads rows behind the stores' back, alike on every engine: whole numbers and booleans (0, 1) are long, instants long as
    /// microseconds since 1970, dates text, other numbers double, SQL's null is null.
    /// </summary>
    Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query);

    /// <summary>The value in SQL.</summary>
    string Literal(Instant value);

    /// <summary>The value in SQL.</summary>
    string Literal(bool value);

    /// <summary>The document in SQL, as its column takes it.</summary>
    string JsonLiteral(string document) => $"'{document}'";

    /// <summary>The tables, views left out, that have such a column.</summary>
    Task<IReadOnlyList<string>> TablesWithAsync(string column);

    /// <summary>Lets every insert into the table fail until the trigger <c>fault</c> is dropped.</summary>
    Task FailInsertsAsync(string table);

    Task DropTriggerAsync(string trigger, string table);
}
