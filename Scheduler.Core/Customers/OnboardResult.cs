using Scheduler.Core.Contracts;

namespace Scheduler.Core.Customers;

/// <summary>What became of a request to onboard.</summary>
public abstract record OnboardResult
{
    private OnboardResult() { }

    /// <param name="Customer">Holds the customer's first key: hand it on once, keep it nowhere.</param>
    public sealed record Created(OnboardResponse Customer) : OnboardResult;

    /// <summary>The customer is there already; nothing was written.</summary>
    public sealed record CustomerExists : OnboardResult;

    /// <summary>
    /// Another customer's id differs from this one only in case, or a dataset of this name holds data of somebody who is no
    /// customer any more; nothing was written.
    /// </summary>
    public sealed record DatasetTaken : OnboardResult;

    /// <param name="Message">What would be right.</param>
    public sealed record UnknownTimezone(string Message) : OnboardResult;
}
