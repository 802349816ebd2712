namespace Scheduler.Core.Audit;

/// <summary>What sort of caller made a change.</summary>
public enum ActorKind
{
    /// <summary>Somebody without a key, where a call is open.</summary>
    Anonymous,
    Customer,
    Worker,
    Admin,

    /// <summary>A command on the machine itself.</summary>
    Operator,

    /// <summary>The system by itself.</summary>
    System,
}
