using Scheduler.Core.Contracts;

namespace Scheduler.Core.Customers;

/// <summary>What became of a change of a profile.</summary>
public abstract record ProfileResult
{
    private ProfileResult() { }

    public sealed record Done(CustomerResponse Customer) : ProfileResult;

    public sealed record NoSuchCustomer : ProfileResult;

    /// <param name="From">The status that does not lead to the wanted one; nothing was written.</param>
    public sealed record WrongStatus(string From) : ProfileResult;

    /// <param name="Message">What would be right.</param>
    public sealed record UnknownTimezone(string Message) : ProfileResult;
}
