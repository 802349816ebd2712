using NodaTime;

namespace Scheduler.Core.Queue;

/// <summary>A worker's wish for work.</summary>
/// <param name="Count">Most items to take; 1 to 1,000.</param>
/// <param name="Nonce">Random part of the tokens of this claim; unguessable.</param>
public sealed record ClaimRequest(string WorkerId, int Count, string Nonce, Duration Lease);
