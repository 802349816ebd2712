namespace Scheduler.Api.Auth;

/// <summary>Which sort of credential a request carried.</summary>
public enum CallerKind
{
    /// <summary>None, or none that is valid.</summary>
    Anonymous,
    Customer,
    Worker,
    Admin,

    /// <summary>A signed token of the account that may trigger, and nothing else.</summary>
    Trigger,
}
