using Scheduler.Core.Storage.Sqlite;
using Scheduler.Tests.Simulation.Judging;
using Scheduler.Tests.Simulation.Model;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation;

/// <summary>Runs histories over SQLite in memory, over the model, or over both at once, each in a store of its own.</summary>
internal sealed class Histories : IAsyncDisposable
{
    private readonly SimulatedStore store;
    private readonly SqliteDatabase template;
    private readonly string empty;

    private Histories(SimulatedStore store, SqliteDatabase template, string empty)
    {
        this.store = store;
        this.template = template;
        this.empty = empty;
    }

    /// <summary>Migrates one store; every history on SQLite starts with a copy of it.</summary>
    public static async Task<Histories> CreateAsync(SimulatedStore store)
    {
        var template = await SqliteDatabase.CreateFastAsync();
        var empty = $"{template.File}.empty";
        await template.ExecuteAsync($"vacuum into '{empty}'");
        return new Histories(store, template, empty);
    }

    public SimulationResult Run(Scenario scenario, bool keepsLines = false)
    {
        if (store == SimulatedStore.Model)
        {
            var model = new ModelEngine(TimeProvider.System);
            using var modelled = new SimulationRun(scenario, model, new ModelView(model.Store), keepsLines);
            return modelled.Execute();
        }
        var file = $"{template.File}.{Guid.NewGuid():N}";
        File.Copy(empty, file);
        var connection = $"Data Source={file}";
        try
        {
            using var engine = new SqliteEngine(new SqliteOptions { ConnectionString = connection });
            using var view = new SqliteView(connection);
            using var compared = new ComparedEngine(engine, new ModelEngine(TimeProvider.System));
            using var run = new SimulationRun(
                scenario,
                store == SimulatedStore.Both ? compared : engine,
                view,
                keepsLines
            );
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
