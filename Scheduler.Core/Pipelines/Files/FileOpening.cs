using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>What came of opening a customer's file.</summary>
public abstract record FileOpening
{
    private FileOpening() { }

    /// <param name="Stream">The checked file; the caller closes it.</param>
    public sealed record Opened(FileStream Stream) : FileOpening;

    /// <param name="ErrorType">Why; for a path INVALID_CONFIGURATION or RESOURCE_NOT_FOUND.</param>
    /// <param name="Message">
    /// Names the path as the customer wrote it, never where it leads; of a URL scheme, host and path, never its query.
    /// </param>
    /// <param name="RetryAfter">The wait that the URL's server asked for.</param>
    public sealed record Refused(ErrorType ErrorType, string Message, Duration? RetryAfter = null) : FileOpening;
}
