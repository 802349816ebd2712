namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>What happens to a call.</summary>
internal enum EmulatorFault
{
    /// <summary>503 with Google's error body; nothing was done.</summary>
    UnavailableBefore,

    /// <summary>503 from an intermediary; the call was carried out all the same.</summary>
    UnavailableAfter,

    /// <summary>403 rateLimitExceeded; nothing was done.</summary>
    RateLimited,

    /// <summary>403 accessDenied; nothing was done.</summary>
    AccessDenied,

    /// <summary>Carried out; the connection ends without an answer.</summary>
    LostReply,

    /// <summary>The job fails inside, as Google's machines do, and has done nothing.</summary>
    JobFails,

    /// <summary>The result is not ready at the first look.</summary>
    NotReady,
}
