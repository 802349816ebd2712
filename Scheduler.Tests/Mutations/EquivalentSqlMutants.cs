namespace Scheduler.Tests.Mutations;

/// <summary>Changes of scripts that no test can notice, because they change nothing that can be seen, and why.</summary>
internal static class EquivalentSqlMutants
{
    private const string TokenSaysSo =
        "Only an item that is leased has a token: the end of a lease takes it away. The state is asked for as a second guard.";

    public static IReadOnlyList<(string Script, string Original, string Replacement, string Why)> All { get; } =
    [
        ("queue.heartbeat", "pipeline_execution_queue.state = 'PROCESSING'", "true", TokenSaysSo),
        ("queue.heartbeat", "q.state = 'PROCESSING'", "true", TokenSaysSo),
    ];

    public static bool Contains(SqlMutant mutant) =>
        All.Any(it =>
            it.Script == $"{mutant.Concept}.{mutant.Statement}"
            && it.Original == mutant.Original
            && it.Replacement == mutant.Replacement
        );
}
