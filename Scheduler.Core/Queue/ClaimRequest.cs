namespace Scheduler.Core.Queue;

/// <summary>A worker's wish for work.</summary>
/// <param name="Count">Most items to take; 1 to 1,000.</param>
/// <param name="Spare">Customers to look at beyond one for each item; 0 to 9,000.</param>
/// <param name="Nonce">Random part of the tokens of this claim; unguessable.</param>
public sealed record ClaimRequest(string WorkerId, int Count, int Spare, string Nonce);
