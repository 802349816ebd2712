using System.Diagnostics.CodeAnalysis;

namespace Scheduler.Core.Quotas;

/// <summary>The plans on offer. A plan that is not listed grants nothing.</summary>
public static class PlanCatalog
{
    public static IReadOnlyList<Plan> Plans { get; } =
    [
        new("STARTER", 2, 3, 6, 180, 1, 20),
        new("PROFESSIONAL", 6, 6, 25, 750, 3, 100),
        new("SCALE", 11, 10, 100, 3_000, 10, 500),
        new("ENTERPRISE", null, null, null, null, null, 1_000),
    ];

    /// <summary>Finds a plan by its exact name.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out Plan? plan)
    {
        plan = Plans.FirstOrDefault(candidate => candidate.Name == name);
        return plan is not null;
    }
}
