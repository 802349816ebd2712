using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Credentials;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's credentials: secrets go in and never come out.</summary>
internal static class CredentialEndpoints
{
    private const string Route = "/api/v1/customers/{id}/credentials";

    public static void MapCredentials(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Route)
            .WithTags("Credentials")
            .RequireCustomer(ScopeResource.Credentials)
            .Refuses(ErrorCode.NotFound);

        group
            .MapPost("", CreateAsync)
            .WithName("CreateCredential")
            .WithSummary("Seals and stores a credential. Its secret is never shown again.")
            .Refuses(ErrorCode.AlreadyExists, ErrorCode.ProviderLimit, ErrorCode.KeyServiceUnavailable);
        group
            .MapGet("", ListAsync)
            .WithName("ListCredentials")
            .WithSummary("The customer's credentials without their secrets, in the order of their making.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapGet("/{credential_id}", GetAsync)
            .WithName("GetCredential")
            .WithSummary("One credential without its secret.");
        group
            .MapPut("/{credential_id}", UpdateAsync)
            .WithName("UpdateCredential")
            .WithSummary("Changes a credential. A new secret replaces the old one and has yet to prove itself.")
            .Refuses(ErrorCode.AlreadyExists, ErrorCode.Conflict, ErrorCode.KeyServiceUnavailable);
        group
            .MapDelete("/{credential_id}", DeleteAsync)
            .WithName("DeleteCredential")
            .WithSummary("Switches a credential off for good: no run gets it any more.");
    }

    private static async Task<Results<Created<CredentialResponse>, SchedulerProblem>> CreateAsync(
        string id,
        Body<CreateCredentialRequest> body,
        CredentialKeeping credentials,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await credentials.CreateAsync(id, body.Value, caller.AsActor(), cancellation) switch
        {
            CredentialResult.Done(var credential) => TypedResults.Created(
                $"/api/v1/customers/{id}/credentials/{credential.CredentialId}",
                CredentialView.Of(credential)
            ),
            var refused => Problem(refused),
        };

    private static async Task<Results<Page<CredentialResponse>, SchedulerProblem>> ListAsync(
        string id,
        [FromQuery(Name = "is_active")] bool? isActive,
        [AsParameters] PageQuery page,
        CredentialStore credentials,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        if (page.Read(parts: 1, out var start) is { } problem)
        {
            return problem;
        }
        if (await customers.StandingAsync(id, cancellation) is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var rows = await credentials.ListAsync(id, isActive, start.After?[0], start.Limit + 1, cancellation);
        return Page.Of(rows, start.Limit, credential => [credential.CredentialId], CredentialView.Of);
    }

    private static async Task<Results<Ok<CredentialResponse>, SchedulerProblem>> GetAsync(
        string id,
        [FromRoute(Name = "credential_id")] string credentialId,
        CredentialStore credentials,
        CancellationToken cancellation
    ) => Answer(await credentials.GetAsync(id, credentialId, cancellation));

    private static async Task<Results<Ok<CredentialResponse>, SchedulerProblem>> UpdateAsync(
        string id,
        [FromRoute(Name = "credential_id")] string credentialId,
        Body<UpdateCredentialRequest> body,
        CredentialKeeping credentials,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await credentials.UpdateAsync(id, credentialId, body.Value, caller.AsActor(), cancellation) switch
        {
            CredentialResult.Done(var credential) => TypedResults.Ok(CredentialView.Of(credential)),
            var refused => Problem(refused),
        };

    private static async Task<Results<Ok<CredentialResponse>, SchedulerProblem>> DeleteAsync(
        string id,
        [FromRoute(Name = "credential_id")] string credentialId,
        CredentialKeeping credentials,
        CurrentCaller caller,
        CancellationToken cancellation
    ) => Answer(await credentials.DeleteAsync(id, credentialId, caller.AsActor(), cancellation));

    private static Results<Ok<CredentialResponse>, SchedulerProblem> Answer(StoredCredential? credential) =>
        credential is null
            ? SchedulerProblem.Create(ErrorCode.NotFound)
            : TypedResults.Ok(CredentialView.Of(credential));

    private static SchedulerProblem Problem(CredentialResult refused) =>
        refused switch
        {
            CredentialResult.NotFound => SchedulerProblem.Create(ErrorCode.NotFound),
            CredentialResult.Deleted => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "The credential was deleted. Make a new one."
            ),
            CredentialResult.NameTaken => SchedulerProblem.Create(
                ErrorCode.AlreadyExists,
                "Another credential of the provider has this credential_name."
            ),
            CredentialResult.ProviderLimit => SchedulerProblem.Create(
                ErrorCode.ProviderLimit,
                "The plan has as many providers with active credentials as it allows."
            ),
            CredentialResult.WrongSecret(var faults) => SchedulerProblem.Invalid(
                faults
                    .GroupBy(fault => fault.Field)
                    .ToDictionary(
                        field => field.Key,
                        IReadOnlyList<string> (field) => [.. field.Select(fault => fault.Message)]
                    )
            ),
            _ => throw new UnreachableException(),
        };
}
