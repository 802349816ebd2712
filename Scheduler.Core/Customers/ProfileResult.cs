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

    /// <summary>Somebody else changed the time zone at the same time; it stands as that call left it.</summary>
    public sealed record ChangedMeanwhile : ProfileResult;

    /// <param name="Message">What would be right.</param>
    public sealed record UnknownTimezone(string Message) : ProfileResult;
}
