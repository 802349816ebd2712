namespace Scheduler.Core.Customers;

/// <summary>How onboarding ended.</summary>
public enum OnboardOutcome
{
    Created,

    /// <summary>The customer is there already; nothing was written.</summary>
    CustomerExists,

    /// <summary>Another customer's dataset has this name (the ids differ only in case); nothing was written.</summary>
    DatasetTaken,
}
