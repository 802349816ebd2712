using Scheduler.Core.Storage.Sqlite;
using Scheduler.Tests.Simulation.Judging;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation;

/// <summary>Runs histories over SQLite in memory, each in a store of its own.</summary>
internal sealed class Histories : IAsyncDisposable
{
    private readonly SqliteDatabase template;
    private readonly string empty;

    private Histories(SqliteDatabase template, string empty)
    {
        this.template = template;
        this.empty = empty;
    }

    /// <summary>Migrates one store; every history starts with a copy of it.</summary>
    public static async Task<Histories> CreateAsync()
    {
        var template = await SqliteDatabase.CreateFastAsync();
        var empty = $"{template.File}.empty";
        await template.ExecuteAsync($"vacuum into '{empty}'");
        return new Histories(template, empty);
    }

    public SimulationResult Run(Scenario scenario, bool keepsLines = false)
    {
        var file = $"{template.File}.{Guid.NewGuid():N}";
        File.Copy(empty, file);
        var connection = $"Data Source={file}";
        try
        {
            using var engine = new SqliteEngine(new SqliteOptions { ConnectionString = connection });
            using var view = new SqliteView(connection);
            using var run = new SimulationRun(scenario, engine, view, keepsLines);
            return run.Execute();
        }
        finally
        {
            foreach (var left in Directory.GetFiles(Path.GetDirectoryName(file)!, $"{Path.GetFileName(file)}*"))
            {
                File.Delete(left);
            }
        }
    }

    public ValueTask DisposeAsync() => template.DisposeAsync();
}
