using NodaTime;

namespace Scheduler.Core.Queue;

/// <summary>A worker's wish for work.</summary>
/// <param name="Count">Most items to take; 1 to 1,000.</param>
/// <param name="Visit">Most customers to look at; 1 to 10,000.</param>
/// <param name="Nonce">Random part of the tokens of this claim; unguessable.</param>
public sealed record ClaimRequest(string WorkerId, int Count, int Visit, string Nonce, Duration Lease);
