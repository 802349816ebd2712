using Scheduler.Tests.Campaigns.Faults;

namespace Scheduler.Tests.Campaigns.Recovery;

/// <summary>The command <c>recovery</c>: prints how long each recovery took, and what a rolling restart or update cost.</summary>
internal static class RecoveryCommand
{
    public const string Usage = "recovery [--old commit]";

    /// <summary>Whether the arguments are those of the command.</summary>
    public static bool Knows(string[] arguments) => arguments is [] or ["--old", { Length: > 0 }];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var isWell = true;
        await using (var measures = await RecoveryMeasures.StartAsync())
        {
            isWell &= Say("kill -9 of a worker, until its run is queued again", await measures.KillWorkerAsync(), 7);
            isWell &= Say("kill -9 of the API and start, until it answers", await measures.KillInstanceAsync(), 5);
            isWell &= Say(
                "PostgreSQL stopped at once and started, until a trigger goes well",
                await measures.StopDatabaseAsync(),
                15
            );
        }
        await using (var measures = await RecoveryMeasures.StartAsync())
        {
            var (lastClaim, ended, left) = await measures.DrainWorkerAsync();
            isWell &= Say("SIGTERM of a worker, until its last claim", lastClaim, 1);
            isWell &= Say("SIGTERM of a worker, until it has ended", ended, 8);
            Console.WriteLine($"leases that it left behind: {left}");
            isWell &= left == 0;
        }
        await using var runs = new CampaignRuns();
        var rolling = await runs.RunAsync(new Drains(workers: 8), seed: 1);
        isWell &= Say("rolling restart of 3 instances and 8 workers", rolling);
        if (arguments is [_, var commit])
        {
            using var old = await OldVersion.BuildAsync(commit);
            var update = await runs.RunAsync(new Upgrade(old, workers: 8), seed: 1);
            isWell &= Say(
                $"{commit[..Math.Min(8, commit.Length)]} replaced by this version, one process after the other",
                update
            );
        }
        return isWell ? 0 : 1;
    }

    private static bool Say(string what, TimeSpan took, double most)
    {
        Console.WriteLine($"{what}: {took.TotalSeconds:F2} s (aim {most} s)");
        return took.TotalSeconds <= most;
    }

    private static bool Say(string what, CampaignResult result)
    {
        Console.WriteLine($"{what}: {result}");
        Console.WriteLine(
            string.Join('\n', result.Notes.Where(note => note.Contains("leases were lost", StringComparison.Ordinal)))
        );
        if (result.Violations.Count > 0)
        {
            Console.WriteLine(result.Explain());
        }
        return result.Violations.Count == 0;
    }
}
