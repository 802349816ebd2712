namespace Scheduler.Tests.Simulation;

/// <summary>What keeps the data of a history.</summary>
internal enum SimulatedStore
{
    /// <summary>The product's SQLite engine, its file in memory.</summary>
    Sqlite,

    /// <summary>The model of a store.</summary>
    Model,

    /// <summary>SQLite, with every answer compared with the model's.</summary>
    Both,
}
