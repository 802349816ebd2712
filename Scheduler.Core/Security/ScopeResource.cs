using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>What a scope can speak about.</summary>
[WireCase(upper: false)]
public enum ScopeResource
{
    Pipelines,
    Runs,
    Credentials,
    Usage,
    Team,
    Keys,
    Subscription,
    Profile,
}
