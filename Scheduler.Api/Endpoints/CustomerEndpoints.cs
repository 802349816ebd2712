using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's profile, how it stands, and what it used.</summary>
internal static class CustomerEndpoints
{
    private const string Route = "/api/v1/customers/{id}";

    public static void MapCustomers(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Route).WithTags("Customers").Refuses(ErrorCode.NotFound);
        group
            .MapGet("", GetAsync)
            .RequireCustomer(ScopeResource.Profile)
            .WithName("GetCustomer")
            .WithSummary("The customer's profile.");
        group
            .MapPut("", UpdateAsync)
            .RequireCustomer(ScopeResource.Profile)
            .WithName("UpdateCustomer")
            .WithSummary("Changes the profile; the status takes the admin key.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.InvalidTimezone, ErrorCode.Conflict);
        group
            .MapPost("/validate", ValidateAsync)
            .RequireCustomer(ScopeResource.Pipelines)
            .WithName("ValidateCustomer")
            .WithSummary("Says whether a pipeline could run now, and what stands in its way.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapGet("/usage", UsageAsync)
            .RequireCustomer(ScopeResource.Usage)
            .WithName("GetUsage")
            .WithSummary("What the customer used in a month, by its own days, with limits and trend.")
            .Refuses(ErrorCode.InvalidQuery);
    }

    private static async Task<Results<Ok<CustomerResponse>, SchedulerProblem>> GetAsync(
        string id,
        CustomerStore customers,
        CancellationToken cancellation
    ) =>
        await customers.ProfileAsync(id, cancellation) is { } customer
            ? TypedResults.Ok(customer)
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static async Task<Results<Ok<CustomerResponse>, SchedulerProblem>> UpdateAsync(
        string id,
        Body<UpdateCustomerRequest> body,
        Profiles profiles,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        if (body.Value.Status is not null && !caller.IsAdmin)
        {
            return SchedulerProblem.Create(ErrorCode.Forbidden, "status: takes the admin key.");
        }
        return await profiles.UpdateAsync(id, body.Value, caller.AsActor(), cancellation) switch
        {
            ProfileResult.Done(var customer) => TypedResults.Ok(customer),
            ProfileResult.NoSuchCustomer => SchedulerProblem.Create(ErrorCode.NotFound),
            ProfileResult.WrongStatus(var from) => SchedulerProblem.Create(
                ErrorCode.Conflict,
                $"status: {from} does not lead to {Wire.Name(body.Value.Status!.Value)}."
            ),
            ProfileResult.ChangedMeanwhile => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "timezone: was changed by another call at the same time; look at the profile and try again."
            ),
            ProfileResult.UnknownTimezone(var message) => SchedulerProblem.Create(
                ErrorCode.InvalidTimezone,
                $"timezone: {message}"
            ),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<Results<Ok<ValidateResponse>, SchedulerProblem>> ValidateAsync(
        string id,
        [FromQuery(Name = "live")] bool? live,
        Validation validation,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        live == true && !MayRecheck(caller)
            ? SchedulerProblem.Create(ErrorCode.MissingScope, "live=true needs the scope credentials:write, too.")
        : await validation.ValidateAsync(id, live ?? false, caller.AsActor(), cancellation) is { } answer
            ? TypedResults.Ok(answer)
        : SchedulerProblem.Create(ErrorCode.NotFound);

    /// <summary>A recheck lets an invalid credential run again, which is otherwise what a change of it does.</summary>
    private static bool MayRecheck(CurrentCaller caller) =>
        caller.Identity is not { } identity
        || RoleScopes.Allow(identity.Scopes, identity.Ceiling, ScopeResource.Credentials, ScopeAction.Write);

    private static async Task<Results<Ok<UsageResponse>, SchedulerProblem>> UsageAsync(
        string id,
        [FromQuery(Name = "month")] string? month,
        UsageReading reading,
        CancellationToken cancellation
    )
    {
        UsageMonth? asked = null;
        if (month is not null)
        {
            if (!UsageMonth.TryParse(month, out var read))
            {
                return SchedulerProblem.Create(
                    ErrorCode.InvalidQuery,
                    "month must be a month of the years 2000 to 2200 such as 2026-01."
                );
            }
            asked = read;
        }
        return await reading.ReadAsync(id, asked, cancellation) is { } usage
            ? TypedResults.Ok(usage)
            : SchedulerProblem.Create(ErrorCode.NotFound);
    }
}
