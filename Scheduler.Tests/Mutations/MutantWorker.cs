using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Queue;
using Scheduler.Tests.Simulation.Model;
using Scheduler.Tests.Storage.Model;
using Scheduler.Tests.Storage.Sqlite;

namespace Scheduler.Tests.Mutations;

/// <summary>
/// Makes changes that it is given, one a line, in the scripts of its own process, runs the tests against each, and answers with a line:
/// which one noticed it, or nothing. First a few random histories, then the contracts that use the script at all, then more histories.
/// </summary>
internal static class MutantWorker
{
    // Most changes show at once; the others get as much time as they need.
    private const int Few = 2;
    private const int Some = 12;
    private const int Many = 80;

    /// <summary>What looks at the texts of scripts, at speed, or at files, and not at what scripts do.</summary>
    private static readonly Type[] NotAsked =
    [
        typeof(SqliteStatementTests),
        typeof(SqliteEngineTests),
        typeof(SqliteHistoryExportTests),
        typeof(QueueModelTests),
    ];

    private static readonly string[] Contracts =
    [
        .. typeof(MutantWorker)
            .Assembly.GetTypes()
            .Where(type =>
                type.Namespace is "Scheduler.Tests.Storage.Sqlite" or "Scheduler.Tests.Queue"
                && type.IsDefined(typeof(TestFixtureAttribute), inherit: true)
                && !type.IsAbstract
                && !NotAsked.Contains(type)
            )
            .Select(type => type.FullName!),
    ];

    private static readonly string[] Histories =
    [
        $"{typeof(HistoryTests).FullName}.{nameof(HistoryTests.No_history_breaks_an_invariant)}",
        $"{typeof(DifferentialTests).FullName}.{nameof(DifferentialTests.No_history_shows_a_difference_between_the_store_and_the_model)}",
    ];

    private static readonly string[] Sequences =
    [
        $"{typeof(QueueModelTests).FullName}.{nameof(QueueModelTests.Order_caps_leases_and_tokens_are_those_of_the_model)}",
        $"{typeof(QueueModelTests).FullName}.{nameof(QueueModelTests.Quotas_days_and_what_is_given_back_are_those_of_the_model)}",
    ];

    private static readonly Dictionary<(string Concept, string Statement), IReadOnlyList<string>> Users = [];

    public static async Task<int> RunAsync(TextReader changes, TextWriter answers)
    {
        // What tests say is not part of the answers.
        Console.SetOut(TextWriter.Null);
        var suite = new MutantSuite();
        while (await changes.ReadLineAsync() is { } line)
        {
            var mutant = JsonSerializer.Deserialize<SqlMutant>(line)!;
            var original = SqlText.Load("sqlite", mutant.Concept).Find(mutant.Statement);
            SqlText.Replace("sqlite", mutant.Concept, original with { Text = mutant.In(original.Text) });
            var noticed =
                InHistories(suite, Few)
                ?? InHistories(suite, Some)
                ?? InContracts(suite, mutant, original)
                ?? InHistories(suite, Many)
                ?? suite.FirstFailure(Sequences);
            SqlText.Replace("sqlite", mutant.Concept, original);
            await answers.WriteLineAsync(noticed ?? "");
            await answers.FlushAsync();
        }
        return 0;
    }

    /// <summary>Asks the tests that use the script: one that passes although the script cannot even be run does not.</summary>
    private static string? InContracts(MutantSuite suite, SqlMutant mutant, SqlStatement original)
    {
        if (!Users.TryGetValue((mutant.Concept, mutant.Statement), out var users))
        {
            SqlText.Replace("sqlite", mutant.Concept, original with { Text = "select no_such_column" });
            users = suite.FailuresOf(Contracts);
            Users.Add((mutant.Concept, mutant.Statement), users);
            SqlText.Replace("sqlite", mutant.Concept, original with { Text = mutant.In(original.Text) });
        }
        return users.Count == 0 ? null : suite.FirstFailure(users);
    }

    private static string? InHistories(MutantSuite suite, int count)
    {
        Environment.SetEnvironmentVariable("SCHEDULER_TEST_HISTORIES", $"{count}");
        return suite.FirstFailure(Histories);
    }
}
