namespace Scheduler.Tests.Simulation;

/// <summary>What may go wrong between any two steps of a history.</summary>
internal enum Fault
{
    /// <summary>A worker is killed.</summary>
    WorkerCrash,

    /// <summary>An instance of the API is killed.</summary>
    ApiCrash,

    /// <summary>A process stands still for a while, maybe beyond its leases, and goes on.</summary>
    Freeze,

    /// <summary>A process is told to end, and drains.</summary>
    Drain,

    /// <summary>A call never arrives.</summary>
    LostRequest,

    /// <summary>A call is done and its answer never arrives.</summary>
    LostReply,

    /// <summary>A call arrives when its caller has given it up.</summary>
    LateRequest,

    /// <summary>A call arrives twice.</summary>
    RepeatedRequest,

    /// <summary>A worker and the API do not reach each other for a while.</summary>
    Partition,

    /// <summary>Wall clocks are wrong, and jump.</summary>
    ClockSkew,

    /// <summary>The store refuses a script and has not run it.</summary>
    StoreRefuses,

    /// <summary>The store has committed a script, and the caller learns of a failure.</summary>
    StoreForgets,

    /// <summary>The store answers nothing for a while.</summary>
    StoreOutage,

    /// <summary>The store is slow.</summary>
    SlowStore,

    /// <summary>Nobody triggers for hours.</summary>
    MissedTriggers,

    /// <summary>A trigger comes several times at once, at several instances.</summary>
    RepeatedTrigger,

    /// <summary>The provider, or the keeper of the keys, is away: runs fail.</summary>
    ProviderOutage,

    /// <summary>A pipeline does not heed that it is to stop.</summary>
    DeafPipeline,

    /// <summary>Customers change, pause, cancel and switch off what runs.</summary>
    Interference,
}
