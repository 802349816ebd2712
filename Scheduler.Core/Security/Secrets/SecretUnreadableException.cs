namespace Scheduler.Core.Security.Secrets;

/// <summary>An envelope that does not open: damaged, of another key, or of another customer, row or purpose.</summary>
/// <param name="message">For people; holds nothing of the envelope.</param>
/// <param name="inner">What the cipher said.</param>
public sealed class SecretUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
