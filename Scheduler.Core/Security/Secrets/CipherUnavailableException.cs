namespace Scheduler.Core.Security.Secrets;

/// <summary>The wrapping key cannot be used now: the service is down, refuses, answers wrongly, or a key version is not at hand.</summary>
/// <param name="message">For operators; holds no secret.</param>
/// <param name="inner">What the transport said.</param>
public sealed class CipherUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
