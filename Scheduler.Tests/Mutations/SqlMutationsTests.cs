using NUnit.Framework;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Mutations;

[TestFixture]
internal sealed class SqlMutationsTests
{
    [TestCase("a < 1", "a <= 1")]
    [TestCase("a <= 1", "a < 1")]
    [TestCase("a > 1", "a >= 1")]
    [TestCase("a >= 1", "a > 1")]
    [TestCase("a = 1", "a <> 1")]
    [TestCase("a <> 1", "a = 1")]
    [TestCase("a is null", "a is not null")]
    [TestCase("a is not null", "a is null")]
    [TestCase("a in (1, 2)", "a not in (1, 2)")]
    public void A_comparison_moves_its_border_or_turns_round(string condition, string other) =>
        Assert.That(
            Made($"select x from t where {condition};"),
            Is.EquivalentTo(new[] { $"select x from t where {other};", "select x from t where true;" })
        );

    [Test]
    public void One_term_of_several_is_taken_out_at_every_depth() =>
        Assert.That(
            Made("delete from t where a and (b or c and d between 1 and 2) and exists (select 1 from s where e)"),
            Is.EquivalentTo(
                new[]
                {
                    "delete from t where true and (b or c and d between 1 and 2) and exists (select 1 from s where e)",
                    "delete from t where a and true and exists (select 1 from s where e)",
                    "delete from t where a and (b or c and d between 1 and 2) and true",
                    "delete from t where a and (false or c and d between 1 and 2) and exists (select 1 from s where e)",
                    "delete from t where a and (b or false) and exists (select 1 from s where e)",
                    "delete from t where a and (b or true and d between 1 and 2) and exists (select 1 from s where e)",
                    "delete from t where a and (b or c and true) and exists (select 1 from s where e)",
                    "delete from t where a and (b or c and d between 1 and 2) and exists (select 1 from s where true)",
                }
            )
        );

    [Test]
    public void What_is_assigned_stays_and_what_is_compared_in_it_does_not() =>
        Assert.That(
            Made("update t set a = 1, b = (c = d), (e, f) = (select 1, 2) where true"),
            Is.EquivalentTo(new[] { "update t set a = 1, b = (c <> d), (e, f) = (select 1, 2) where true" })
        );

    [Test]
    public void Conditions_of_cases_and_joins_are_conditions() =>
        Assert.That(
            Made("select case when a then 1 end from t join s on b left join r on c and d"),
            Is.EquivalentTo(
                new[]
                {
                    "select case when false then 1 end from t join s on b left join r on c and d",
                    "select case when a then 1 end from t join s on true left join r on c and d",
                    "select case when a then 1 end from t join s on b left join r on true and d",
                    "select case when a then 1 end from t join s on b left join r on c and true",
                }
            )
        );

    [Test]
    public void Limits_are_lifted_and_conflicts_keep_their_keys() =>
        Assert.That(
            Made(
                "insert into t select a from s order by a limit (select n from m) on conflict (a) do update set b = 2 where c"
            ),
            Is.EquivalentTo(
                new[]
                {
                    "insert into t select a from s order by a limit -1 on conflict (a) do update set b = 2 where c",
                    "insert into t select a from s order by a limit (select n from m) on conflict (a) do update set b = 2 where true",
                }
            )
        );

    [Test]
    public void Every_script_of_the_queue_has_some_and_each_changes_it()
    {
        foreach (var statement in SqlText.Load("sqlite", "queue").Statements)
        {
            var made = Made(statement.Text);

            Assert.That(made, Is.Not.Empty.And.Not.Contains(statement.Text).And.Unique, statement.Name);
        }
    }

    [Test]
    public void Whatever_is_said_to_make_no_difference_is_a_change_of_one_place()
    {
        var made = SqlText
            .Concepts("sqlite")
            .SelectMany(concept =>
                SqlText
                    .Load("sqlite", concept)
                    .Statements.SelectMany(script => SqlMutations.Of(concept, script.Name, script.Text))
            )
            .Where(EquivalentSqlMutants.Contains)
            .ToList();

        Assert.That(made, Has.Count.EqualTo(EquivalentSqlMutants.All.Count).And.Count.GreaterThan(0));
    }

    private static List<string> Made(string text) =>
        [.. SqlMutations.Of("queue", "script", text).Select(mutant => mutant.In(text))];
}
