using System.Diagnostics;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

internal sealed class ZetaSqlServerTests
{
    [Test]
    public async Task One_that_was_killed_is_started_again_and_answers()
    {
        await using var server = await ZetaSqlServer.StartAsync();
        var dataset = new EmulatedDataset("lab");
        await ScriptRun.ExecuteAsync(server, dataset, "create table t (n int64)", []);
        var first = server.ProcessId;
        using (var process = Process.GetProcessById(first))
        {
            process.Kill();
        }

        await ScriptRun.ExecuteAsync(server, dataset, "insert into t (n) values (1)", []);
        var found = await ScriptRun.ExecuteAsync(server, dataset, "select n from t", []);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Rows.Single().Cell.Single().Int64Value, Is.EqualTo(1));
            Assert.That(server.ProcessId, Is.Not.EqualTo(first));
        }
    }

    [Test]
    public async Task One_that_is_killed_under_many_callers_answers_them_all()
    {
        await using var server = await ZetaSqlServer.StartAsync();
        var dataset = new EmulatedDataset("lab");
        var queries = Enumerable
            .Range(0, 40)
            .Select(nth =>
                ScriptRun.ExecuteAsync(
                    server,
                    dataset,
                    $"select count(*) + {nth} from unnest(generate_array(1, 10000)) n",
                    []
                )
            )
            .ToList();
        using (var process = Process.GetProcessById(server.ProcessId))
        {
            process.Kill();
        }

        var found = await Task.WhenAll(queries);

        Assert.That(
            found.Select(one => one.Rows.Single().Cell.Single().Int64Value),
            Is.EqualTo(Enumerable.Range(10_000, 40).Select(number => (long)number))
        );
    }
}
