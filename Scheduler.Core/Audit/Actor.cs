namespace Scheduler.Core.Audit;

/// <summary>Who makes a change.</summary>
/// <param name="Kind">What sort of caller.</param>
/// <param name="KeyId">Names the key, never the key itself: an api_key_id, <c>admin:1</c>, or the name of a command.</param>
/// <param name="RequestId">The request that asked for it, as its answer and the log name it; null for a command.</param>
public sealed record Actor(ActorKind Kind, string KeyId, string? RequestId);
