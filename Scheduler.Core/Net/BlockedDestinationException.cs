namespace Scheduler.Core.Net;

/// <summary>A destination is not allowed; nothing was connected to.</summary>
/// <param name="message">Names the host, never its addresses: they would map the network for a stranger.</param>
public sealed class BlockedDestinationException(string message) : HttpRequestException(message)
{
    /// <summary>The refusal inside what an HTTP client threw, or null. The client wraps what a connection throws.</summary>
    public static BlockedDestinationException? In(Exception exception) =>
        exception as BlockedDestinationException ?? exception.InnerException as BlockedDestinationException;
}
