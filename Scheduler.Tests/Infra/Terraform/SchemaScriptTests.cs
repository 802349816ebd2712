using System.Text;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Terraform;

/// <summary>
/// The script that Terraform's job runs, put together by Terraform and executed: it makes what the engine's migrations make, whichever of
/// the two comes first.
/// </summary>
public sealed class SchemaScriptTests
{
    private readonly string name = $"terraformed_{Guid.NewGuid():N}";

    /// <summary>The engine alone writes down which migrations it has applied.</summary>
    private static readonly string[] OfTheEngine = ["scheduler_migrations"];

    [Test]
    public async Task It_makes_the_tables_and_views_of_the_migrations()
    {
        await using var database = await BigQueryDatabase.CreateAsync();
        var emulator = database.Emulator;
        var script = await ScriptAsync();

        await RunAsync(emulator, script);

        var (made, wanted) = (Described(emulator.Dataset(name)), Described(database.Dataset));
        Assert.That(made, Has.Count.GreaterThan(20).And.Some.StartsWith("pipeline_execution_queue "));
        Assert.That(made, Is.EqualTo(wanted.Where(thing => !OfTheEngine.Contains(thing.Split(' ')[0]))));
    }

    [Test]
    public async Task The_engine_takes_over_what_it_made_and_it_changes_nothing_of_the_engines()
    {
        await using var database = await BigQueryDatabase.CreateAsync();
        var emulator = database.Emulator;
        var script = await ScriptAsync();
        var wanted = Described(database.Dataset);

        await RunAsync(emulator, script);
        await BigQueryDatabase.Open(emulator, name).MigrateAsync(default);
        var takenOver = Described(emulator.Dataset(name));
        await emulator.ExecuteAsync(name, script);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(takenOver, Is.EqualTo(wanted));
            Assert.That(Described(emulator.Dataset(name)), Is.EqualTo(wanted));
        }
    }

    private async Task<string> ScriptAsync()
    {
        await using var terraform = await TerraformFolder.CreateAsync();
        var encoded = await terraform.EvaluateAsync(
            "base64encode(local.schema_script)",
            "project_id=an-example-project",
            "customers_project_id=an-example-of-customers",
            $"dataset={name}"
        );
        return Encoding.UTF8.GetString(Convert.FromBase64String(encoded.Trim('"')));
    }

    private async Task RunAsync(BigQueryEmulator emulator, string script)
    {
        emulator.Add(new EmulatedDataset(name), name);
        await emulator.ExecuteAsync(name, script);
    }

    /// <summary>A line for each table, with its columns in their order and how many rows it has, and for each view.</summary>
    private static List<string> Described(EmulatedDataset dataset) =>
        [
            .. dataset
                .Tables.Values.Select(state =>
                    $"{state.Table.Name} partition {state.Table.Partition} cluster {string.Join(',', state.Table.Cluster)} "
                    + $"{string.Join(';', state.Table.Columns)} {state.Table.Description} {state.Rows.Count} rows"
                )
                .Concat(
                    dataset.Views.Select(view =>
                        $"{view.Key} {view.Value.Replace(dataset.Name, "dataset", StringComparison.OrdinalIgnoreCase)}"
                    )
                )
                .Order(StringComparer.Ordinal),
        ];
}
