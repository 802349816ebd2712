using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's keys.</summary>
internal static class ApiKeyEndpoints
{
    // 9999-12-31, in microseconds: the last time that a list can hand out.
    private const long LastMicros = 253_402_300_799_999_999;

    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/v1/customers/{id}/api-keys")
            .WithTags("API keys")
            .RequireCustomer(ScopeResource.Keys)
            .Refuses(ErrorCode.NotFound);
        group
            .MapPost("", CreateAsync)
            .WithName("CreateApiKey")
            .WithSummary("Makes a key and answers it, this one time.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.KeyLimit);
        group
            .MapGet("", ListAsync)
            .WithName("ListApiKeys")
            .WithSummary("The customer's keys in the order of their making, ended ones among them.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapDelete("/{api_key_id}", RevokeAsync)
            .WithName("RevokeApiKey")
            .WithSummary("Ends a key, unless it is the last that works.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.Conflict);
    }

    private static async Task<Results<Created<CreatedApiKeyResponse>, SchedulerProblem>> CreateAsync(
        string id,
        Body<CreateApiKeyRequest> body,
        ApiKeys keys,
        CustomerStore customers,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        if (body.Value.RateLimitTier is not null && !caller.IsAdmin)
        {
            return SchedulerProblem.Create(ErrorCode.Forbidden, "rate_limit_tier: takes the admin key.");
        }
        // An admin may name any customer in the path, also one that is none.
        if (await customers.StandingAsync(id, cancellation) is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        return await keys.CreateAsync(id, body.Value, caller.AsAuthority(), caller.AsActor(), cancellation) switch
        {
            CreateKeyResult.Created(var key) => TypedResults.Created(
                $"/api/v1/customers/{id}/api-keys/{key.ApiKeyId}",
                key
            ),
            CreateKeyResult.BeyondCaller(var message) => SchedulerProblem.Create(ErrorCode.Forbidden, message),
            CreateKeyResult.WrongField(var field, var message) => SchedulerProblem.Invalid(field, message),
            CreateKeyResult.NoSuchCustomer => SchedulerProblem.Create(ErrorCode.NotFound),
            CreateKeyResult.TooMany => SchedulerProblem.Create(ErrorCode.KeyLimit),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<Results<Page<ApiKeyResponse>, SchedulerProblem>> ListAsync(
        string id,
        [AsParameters] PageQuery page,
        ApiKeyStore keys,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        if (page.Read(parts: 2, out var start) is { } problem)
        {
            return problem;
        }
        (Instant, string)? after = null;
        if (start.After is [var micros, var keyId])
        {
            if (!long.TryParse(micros, CultureInfo.InvariantCulture, out var time) || time is < 0 or > LastMicros)
            {
                return PageQuery.WrongCursor();
            }
            after = (Microseconds.FromMicroseconds(time), keyId);
        }
        if (await customers.StandingAsync(id, cancellation) is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var rows = await keys.ListAsync(id, after, start.Limit + 1, cancellation);
        return Page.Of(
            rows,
            start.Limit,
            key => [key.CreatedAt.Micros().ToString(CultureInfo.InvariantCulture), key.ApiKeyId],
            key => key
        );
    }

    private static async Task<Results<Ok<ApiKeyResponse>, SchedulerProblem>> RevokeAsync(
        string id,
        [FromRoute(Name = "api_key_id")] string apiKeyId,
        ApiKeys keys,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await keys.RevokeAsync(id, apiKeyId, caller.AsAuthority(), caller.AsActor(), cancellation) switch
        {
            null => SchedulerProblem.Create(ErrorCode.NotFound),
            { Refusal: RevokeRefusal.LastKey } => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "It is the last key that works, or the last that can make others; make another one first."
            ),
            { Refusal: RevokeRefusal.MemberAbove } => SchedulerProblem.Create(
                ErrorCode.Forbidden,
                "The key may do more than the caller, or is an OWNER's: only an OWNER ends it."
            ),
            { Key: var key } => TypedResults.Ok(key),
        };
}
