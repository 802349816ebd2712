using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Runs;

/// <summary>The moves as docs/run-lifecycle.md lists them, for those who must not take them from the product.</summary>
internal static class LifecycleTable
{
    private const string Birth = "birth";

    // The page's words for who moves a run, and how the moves name them. A key is any caller; the tests' is called so.
    private static readonly Dictionary<string, Func<string, bool>> Actors = new()
    {
        ["trigger"] = actor => actor == "trigger",
        ["retry"] = actor => actor == "retry",
        ["reaper"] = actor => actor == "reaper",
        ["worker"] = actor => actor.StartsWith("worker", StringComparison.Ordinal),
        ["key"] = actor => actor == "key",
        ["–"] = _ => false,
    };

    /// <summary>Null for From is the birth of a run.</summary>
    public static IReadOnlyList<(RunState? From, RunState To, string[] Who)> Moves { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "run-lifecycle.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 7 && (cells[1] == Birth || Wire.TryParse<RunState>(cells[1], out _)))
            .Select(cells =>
                (
                    cells[1] == Birth ? (RunState?)null : Wire.Parse<RunState>(cells[1]),
                    Wire.Parse<RunState>(cells[2]),
                    cells[3].Split(", ")
                )
            ),
    ];

    /// <summary>What is wrong with the recorded life of a run; null if all of it is in the table.</summary>
    public static string? Wrong(IReadOnlyList<RunTransition> life, RunState state)
    {
        RunState? before = null;
        foreach (var move in life)
        {
            if (move.From != before)
            {
                return $"it was {before} and moved from {move.From}";
            }
            if (
                !Moves.Any(it => it.From == move.From && it.To == move.To && it.Who.Any(who => Actors[who](move.Actor)))
            )
            {
                return $"{move.Actor} moved it from {move.From} to {move.To}";
            }
            before = move.To;
        }
        return before == state ? null : $"its moves end in {before}, and it is {state}";
    }
}
