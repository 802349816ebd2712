namespace Scheduler.Tests.Mutations;

/// <summary>Changes of scripts that no test can notice, because they change nothing that can be seen, and why.</summary>
internal static class EquivalentSqlMutants
{
    private static readonly (string Script, string Original, string Replacement, string Line, string Why)[] All = [];

    public static bool Contains(SqlMutant mutant) =>
        All.Any(it =>
            it.Script == $"{mutant.Concept}.{mutant.Statement}"
            && it.Original == mutant.Original
            && it.Replacement == mutant.Replacement
            && mutant.Context.Contains(it.Line, StringComparison.Ordinal)
        );
}
