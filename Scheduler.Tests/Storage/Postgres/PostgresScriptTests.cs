using NUnit.Framework;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Postgres;

/// <summary>A store calls the same scripts whatever the engine: what SQLite has, PostgreSQL has.</summary>
[TestFixture]
internal sealed class PostgresScriptTests
{
    // A connection of SQLite is prepared for the scripts.
    private static readonly string[] SqliteAlone = ["connection", "session"];

    private static IEnumerable<string> Concepts() => SqlText.Concepts("sqlite").Except([.. SqliteAlone, "schema"]);

    [TestCaseSource(nameof(Concepts))]
    public void The_scripts_have_the_names_and_modes_of_SQLites(string concept)
    {
        Assert.That(Signatures("postgres", concept), Is.EquivalentTo(Signatures("sqlite", concept)));
    }

    private static IEnumerable<(string Name, bool IsWrite)> Signatures(string dialect, string concept) =>
        SqlText.Load(dialect, concept).Statements.Select(statement => (statement.Name, statement.IsWrite));
}
