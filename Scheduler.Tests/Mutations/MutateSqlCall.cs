using System.Diagnostics.CodeAnalysis;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Mutations;

/// <summary>Which scripts are to be changed.</summary>
/// <param name="Scripts">Files (<c>queue</c>) or scripts of one (<c>queue.claim</c>).</param>
internal sealed record MutateSqlCall(IReadOnlyList<string> Scripts)
{
    public const string Usage = "mutate-sql [file | file.script ...]";

    /// <summary>Says that this process runs the tests for one that gives it the changes.</summary>
    public const string Worker = "--worker";

    // Where what is due, queued, leased, counted and allowed is decided.
    private static readonly string[] Usual = ["queue", "scheduling", "duties", "subscriptions", "api_keys"];

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out MutateSqlCall? call)
    {
        call = arguments switch
        {
            [] => new(Usual),
            _ when arguments.All(Exists) => new(arguments),
            _ => null,
        };
        return call is not null;
    }

    public IEnumerable<SqlMutant> Mutants() =>
        from script in Scripts
        let parts = script.Split('.')
        from statement in SqlText.Load("sqlite", parts[0]).Statements.OrderBy(it => it.Name, StringComparer.Ordinal)
        where parts.Length == 1 || parts[1] == statement.Name
        from mutant in SqlMutations.Of(parts[0], statement.Name, statement.Text)
        select mutant;

    private static bool Exists(string script) =>
        script.Split('.') switch
        {
            [var concept] => SqlText.Concepts("sqlite").Contains(concept),
            [var concept, var name] => SqlText.Concepts("sqlite").Contains(concept)
                && SqlText.Load("sqlite", concept).Statements.Any(statement => statement.Name == name),
            _ => false,
        };
}
