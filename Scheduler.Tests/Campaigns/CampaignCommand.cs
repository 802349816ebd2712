namespace Scheduler.Tests.Campaigns;

/// <summary>The command <c>campaign</c>: a line for each campaign as it ends, and a table at the end.</summary>
internal static class CampaignCommand
{
    public static async Task<int> RunAsync(CampaignCall call)
    {
        await using var runs = new CampaignRuns();
        var results = new List<CampaignResult>();
        foreach (var name in call.Faults)
        {
            for (var seed = call.First; seed < call.First + call.Count; seed++)
            {
                var faults = name == CampaignCall.Mixes ? FaultCatalog.Mix(seed) : [FaultCatalog.Create(name)];
                if (faults.Select(fault => fault.Unable).FirstOrDefault(why => why is not null) is { } reason)
                {
                    Console.WriteLine($"{name, -12} skipped: {reason}");
                    break;
                }
                var result = await runs.RunAsync(faults, seed, call.Keeps);
                results.Add(result);
                Console.WriteLine(result);
                if (result.Violations.Count > 0)
                {
                    Console.WriteLine(result.Explain());
                }
                else if (result.Logs is { } logs)
                {
                    Console.WriteLine($"  {logs}");
                }
            }
        }
        Console.WriteLine();
        Console.WriteLine($"build {CampaignResult.Build}");
        Console.WriteLine("fault         seeds   hit  hits   runs violations  longest to heal, s  time, s");
        foreach (
            var group in results.GroupBy(result =>
                result.Name.Contains('+', StringComparison.Ordinal) ? "mixes" : result.Name
            )
        )
        {
            Console.WriteLine(
                $"{group.Key, -12} {group.Count(), 6} {group.Count(result => result.Hits > 0), 5} {group.Sum(result => result.Hits), 5} {group.Sum(result => result.Runs), 6} {group.Sum(result => result.Violations.Count), 10} {group.Max(result => result.Healed).TotalSeconds, 19:F1} {group.Sum(result => result.Took.TotalSeconds), 8:F0}"
            );
        }
        return results.TrueForAll(result => result.Violations.Count == 0) ? 0 : 1;
    }
}
