using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>What came of opening a customer's file.</summary>
public abstract record FileOpening
{
    private FileOpening() { }

    /// <param name="Stream">The checked file; the caller closes it.</param>
    public sealed record Opened(FileStream Stream) : FileOpening;

    /// <param name="ErrorType">INVALID_CONFIGURATION, or RESOURCE_NOT_FOUND.</param>
    /// <param name="Message">Names the path as the customer wrote it, never where it leads.</param>
    public sealed record Refused(ErrorType ErrorType, string Message) : FileOpening;
}
