using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>What must hold after every story, whatever broke in between.</summary>
internal static class JournalAssertions
{
    /// <summary>
    /// Every occurrence has come to its end with exactly one accepted completion, or none if it was skipped; only legal moves
    /// were made; every lease was newer than the one before; nothing is left in the queue.
    /// </summary>
    public static async Task EndsWellAsync(this Journal journal)
    {
        var runs = await journal.RunsAsync();
        var moves = await journal.MovesAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await journal.OpenItemsAsync(), Is.Empty, "Open items are left in the queue.");
            Assert.That(runs.Where(run => !run.IsTerminal), Is.Empty, "Runs without an end are left.");
            foreach (var occurrence in runs.GroupBy(run => run.Occurrence))
            {
                var ids = occurrence.Select(run => run.RunId).ToHashSet();
                var history = string.Join('\n', moves.Where(move => ids.Contains(move.RunId)));
                Assert.That(
                    moves.Count(move => ids.Contains(move.RunId) && move.To == "COMPLETED"),
                    Is.EqualTo(occurrence.Any(run => run.State == "SKIPPED") ? 0 : 1),
                    $"Completions of {occurrence.Key}:\n{history}"
                );
                Assert.That(
                    occurrence.Select(run => run.Attempt),
                    Is.EqualTo(Enumerable.Range(0, occurrence.Count())),
                    $"Attempts of {occurrence.Key}"
                );
            }
        }
        foreach (var run in moves.GroupBy(move => move.RunId))
        {
            AssertLegal([.. run]);
        }
    }

    private static void AssertLegal(List<JournalMove> moves)
    {
        var history = string.Join('\n', moves);
        Assert.That(moves[0].From, Is.Null, history);
        foreach (var (before, move) in moves.Zip(moves.Skip(1)))
        {
            Assert.That(move.From, Is.EqualTo(before.To), history);
            Assert.That(
                RunTransitions.IsAllowed(Wire.Parse<RunState>(move.From!), Wire.Parse<RunState>(move.To)),
                Is.True,
                history
            );
        }
        var epochs = moves.Where(move => move.To == "RUNNING").Select(move => move.Epoch).ToList();
        Assert.That(epochs, Is.EqualTo(Enumerable.Range(1, epochs.Count).Select(epoch => (long)epoch)), history);
    }
}
