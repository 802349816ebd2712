using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>What a scope lets its holder do with a resource.</summary>
[WireCase(upper: false)]
public enum ScopeAction
{
    Read,
    Write,
}
