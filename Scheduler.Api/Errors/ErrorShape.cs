namespace Scheduler.Api.Errors;

/// <summary>What is the same for every occurrence of an error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">For a reader; never changes from one occurrence to the next.</param>
/// <param name="Detail">What to do about it, where the occurrence knows nothing better.</param>
/// <param name="RetryAfterSeconds">Sent as Retry-After when the occurrence knows no better; null sends none.</param>
public sealed record ErrorShape(int Status, string Title, string Detail, int? RetryAfterSeconds = null);
