using NodaTime;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>What stands in a store, read behind its back.</summary>
internal interface IStoreView
{
    /// <summary>By pipeline, then by nominal time and attempt.</summary>
    IReadOnlyList<RunRow> Runs();

    IReadOnlyList<ItemRow> Items();

    /// <summary>Those that have not ended.</summary>
    IReadOnlyList<ItemRow> OpenItems();

    /// <summary>In the order of their writing.</summary>
    IReadOnlyList<MoveRow> Moves();

    IReadOnlyList<UsageRow> Usage();

    IReadOnlyList<ConfigRow> Configs();

    /// <summary>Leases that have not run out, by customer.</summary>
    IReadOnlyDictionary<string, int> LiveLeases(Instant now);
}
