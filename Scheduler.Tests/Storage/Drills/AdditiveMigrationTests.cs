using System.Text.RegularExpressions;
using NUnit.Framework;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Drills;

/// <summary>
/// Processes of the version before work on while a new one has already brought the schema up to date. So a migration only adds: what an
/// older script names stays, under its name and type, and takes rows that know nothing of what is new.
/// </summary>
public sealed partial class AdditiveMigrationTests
{
    private static IEnumerable<TestCaseData> Migrations() =>
        from dialect in new[] { "sqlite", "postgres", "bigquery" }
        from migration in SqlText.Migrations(dialect)
        select new TestCaseData(migration.Text).SetArgDisplayNames($"{dialect}/{migration.Name}");

    [TestCaseSource(nameof(Migrations))]
    public void A_migration_takes_nothing_away(string text)
    {
        Assert.That(Taking().Matches(Comment().Replace(text, "")).Select(found => found.Value), Is.Empty);
    }

    [TestCase("alter table runs drop column state;", false)]
    [TestCase("drop table runs;", false)]
    [TestCase("alter table runs rename column a to b;", false)]
    [TestCase("alter table runs alter column a set not null;", false)]
    [TestCase("alter table runs add column a text not null;", false)]
    [TestCase("alter table runs add column a text not null default '';", true)]
    [TestCase("alter table runs add column a text;", true)]
    [TestCase("create table more (a text not null);", true)]
    [TestCase("-- drop table runs;\ndrop index runs_by_state;", true)]
    public void What_takes_away_is_told_from_what_adds(string text, bool adds)
    {
        Assert.That(Taking().IsMatch(Comment().Replace(text, "")), Is.EqualTo(!adds));
    }

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"drop\s+(table|column)\b|\brename\s+(to|column)\b|\bset\s+not\s+null\b|\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b|add\s+column\s+(?![^;,]*\bdefault\b)[^;,]*\bnot\s+null\b",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Taking();
}
