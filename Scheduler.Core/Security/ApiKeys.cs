using System.Diagnostics;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Security;

/// <summary>Makes and ends customers' keys. Two live keys during a rotation are simply made one after the other.</summary>
public sealed class ApiKeys(ApiKeyStore store, CachedApiKeyDirectory known, OperationClock clock, IIdSource ids)
{
    public async Task<CreateKeyResult> CreateAsync(
        string customerId,
        CreateApiKeyRequest request,
        Authority caller,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (!caller.Covers(request.Scopes))
        {
            return new CreateKeyResult.BeyondCaller("scopes: a key cannot be given more than the caller's own allows.");
        }
        var now = await clock.ReadAsync(cancellationToken);
        if (request.ExpiresAt <= now)
        {
            return new CreateKeyResult.WrongField("expires_at", "Must be in the future.");
        }
        var key = ApiKey.Generate(customerId);
        var made = new NewApiKey
        {
            ApiKeyId = ids.NewId(now),
            CustomerId = customerId,
            Hash = key.Hash,
            Prefix = key.Prefix,
            Name = request.KeyName,
            Scopes = [.. request.Scopes.Distinct()],
            // A member below OWNER makes keys for members only, so that they end with them.
            MemberId = request.MemberId ?? (caller.IsOwner ? null : caller.MemberId),
            ExpiresAt = request.ExpiresAt?.ToMicroseconds(),
            Tier = request.RateLimitTier ?? RateLimitTier.Standard,
        };
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return await store.CreateAsync(made, caller.MayManage, stamp, now, cancellationToken) switch
        {
            null => new CreateKeyResult.Created(Answer(made, key, now)),
            KeyCreationRefusal.NoCustomer => new CreateKeyResult.NoSuchCustomer(),
            KeyCreationRefusal.NoMember => new CreateKeyResult.WrongField(
                "member_id",
                "Is no active member of the team."
            ),
            KeyCreationRefusal.MemberAbove => new CreateKeyResult.BeyondCaller(
                "member_id: only an OWNER manages OWNERs."
            ),
            KeyCreationRefusal.Limit => new CreateKeyResult.TooMany(),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Ends a key, on this instance at once, elsewhere within seconds. Null when the customer has no such key.</summary>
    public async Task<(ApiKeyResponse Key, RevokeRefusal? Refusal)?> RevokeAsync(
        string customerId,
        string apiKeyId,
        Authority caller,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        // A key's scopes never change, so they can be judged before the script.
        if (
            await store.GetAsync(customerId, apiKeyId, cancellationToken) is { } target
            && target.ApiKeyId != actor.KeyId
            && !caller.Covers(target.Scopes)
        )
        {
            return (target, RevokeRefusal.MemberAbove);
        }
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        var ended = await store.RevokeAsync(customerId, apiKeyId, caller.MayManage, stamp, now, cancellationToken);
        known.Forget(customerId);
        return ended;
    }

    private static CreatedApiKeyResponse Answer(NewApiKey made, ApiKey key, Instant now) =>
        new()
        {
            ApiKeyId = made.ApiKeyId,
            CustomerId = made.CustomerId,
            KeyName = made.Name,
            ApiKey = key.Reveal(),
            KeyPrefix = made.Prefix,
            Scopes = made.Scopes,
            MemberId = made.MemberId,
            ExpiresAt = made.ExpiresAt,
            RateLimitTier = made.Tier,
            CreatedAt = now,
        };
}
