using Scheduler.Core.Audit;
using Scheduler.Core.Security;

namespace Scheduler.Api.Auth;

/// <summary>Who sent the request. Ask for it as a handler's parameter.</summary>
public sealed record CurrentCaller
{
    public static readonly CurrentCaller Anonymous = new() { Kind = CallerKind.Anonymous, KeyId = "anonymous" };

    public required CallerKind Kind { get; init; }

    /// <summary>Names the key for the audit: an api_key_id, or <c>admin:1</c>, <c>worker:2</c> by its place in the setting.</summary>
    public required string KeyId { get; init; }

    /// <summary>What the directory knows of a customer's key; null for every other kind.</summary>
    public ApiKeyIdentity? Identity { get; init; }

    /// <summary>The key's customer; null for every other kind.</summary>
    public string? CustomerId => Identity?.CustomerId;

    /// <summary>The key's scopes as stored; empty for every other kind.</summary>
    public IReadOnlyList<string> Scopes => Identity?.Scopes ?? [];

    /// <summary>The request, as its answer and the log name it.</summary>
    public string? RequestId { get; init; }

    public bool IsAdmin => Kind == CallerKind.Admin;

    /// <summary>The caller of a request; anonymous before authentication and without a valid credential.</summary>
    public static CurrentCaller Of(HttpContext? context) =>
        (context?.Features.Get<CurrentCaller>() ?? Anonymous) with
        {
            RequestId = context?.TraceIdentifier,
        };

    /// <summary>How far the caller may hand on rights.</summary>
    public Authority AsAuthority() => new(IsAdmin, Scopes, Identity?.Ceiling, Identity?.MemberId);

    /// <summary>The caller as the audit trail names it.</summary>
    public Actor AsActor() =>
        new(
            Kind switch
            {
                CallerKind.Customer => ActorKind.Customer,
                CallerKind.Worker => ActorKind.Worker,
                CallerKind.Admin => ActorKind.Admin,
                CallerKind.Trigger => ActorKind.System,
                _ => ActorKind.Anonymous,
            },
            KeyId,
            RequestId
        );
}
