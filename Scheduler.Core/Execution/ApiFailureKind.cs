namespace Scheduler.Core.Execution;

/// <summary>How a call to the API failed.</summary>
public enum ApiFailureKind
{
    /// <summary>No answer, an answer that cannot be read, 408, 429 or 5xx: worth trying again soon.</summary>
    Unavailable,

    /// <summary>401 or 403: the key is wrong, for now; keys rotate.</summary>
    Unauthorised,

    /// <summary>Any other answer: the API does not take this call.</summary>
    Refused,
}
