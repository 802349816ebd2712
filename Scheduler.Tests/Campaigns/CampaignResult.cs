using System.Reflection;

namespace Scheduler.Tests.Campaigns;

/// <summary>What came out of a campaign.</summary>
/// <param name="Name">Its faults.</param>
internal sealed record CampaignResult(string Name, int Seed, string Store)
{
    /// <summary>The version with its commit.</summary>
    public static string Build { get; } =
        typeof(CampaignResult)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;

    public required int Hits { get; init; }
    public required IReadOnlyDictionary<string, int> HitsByKind { get; init; }
    public required int Runs { get; init; }

    /// <summary>How long it took after the last fault until nothing was open.</summary>
    public required TimeSpan Healed { get; init; }
    public required TimeSpan Took { get; init; }
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>What was done, and when.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Where the processes' logs are; null where they were removed.</summary>
    public string? Logs { get; init; }

    public override string ToString() =>
        $"{Name, -12} seed {Seed, 4} {Store, -8} {Runs, 5} runs {Hits, 5} hits {Healed.TotalSeconds, 5:F1} s to heal {Took.TotalSeconds, 5:F1} s  {(Violations.Count == 0 ? "ok" : $"{Violations.Count} VIOLATIONS")}";

    /// <summary>All that a reader needs to look for the reason.</summary>
    public string Explain() =>
        $"""
            campaign {Name} --seed {Seed} on {Store}, build {Build} (the seed makes the plan of the faults, the machine makes the interleaving)
            {string.Join('\n', Violations)}
            hits: {string.Join(", ", HitsByKind.Select(hit => $"{hit.Key} {hit.Value}"))}
            {string.Join('\n', Notes)}
            logs: {Logs}
            """;
}
