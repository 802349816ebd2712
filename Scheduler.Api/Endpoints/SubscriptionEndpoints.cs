using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Subscriptions;

namespace Scheduler.Api.Endpoints;

/// <summary>What a customer has subscribed to. Reachable also when that has ended.</summary>
internal static class SubscriptionEndpoints
{
    public static void MapSubscriptions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/v1/customers/{id}/subscription")
            .WithTags("Customers")
            .RequireCustomer(ScopeResource.Subscription)
            .Refuses(ErrorCode.NotFound);
        group
            .MapGet("", GetAsync)
            .WithName("GetSubscription")
            .WithSummary("The current subscription, its limits, and those before it.");
        group
            .MapPut("", ChangeAsync)
            .WithName("ChangeSubscription")
            .WithSummary("Changes the plan; limits, dates and status take the admin key.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.Conflict);
    }

    private static async Task<Results<Ok<SubscriptionResponse>, SchedulerProblem>> GetAsync(
        string id,
        PlanChanges plans,
        CancellationToken cancellation
    ) =>
        await plans.GetAsync(id, cancellation) is { } subscription
            ? TypedResults.Ok(subscription)
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static async Task<Results<Ok<SubscriptionResponse>, SchedulerProblem>> ChangeAsync(
        string id,
        Body<UpdateSubscriptionRequest> body,
        PlanChanges plans,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        if (!caller.IsAdmin && body.Value.FirstAdminField() is { } field)
        {
            return SchedulerProblem.Create(ErrorCode.Forbidden, $"{field}: takes the admin key.");
        }
        return await plans.ChangeAsync(id, body.Value, caller.IsAdmin, caller.AsActor(), cancellation) switch
        {
            SubscriptionResult.Done(var subscription) => TypedResults.Ok(subscription),
            SubscriptionResult.NoSuchCustomer => SchedulerProblem.Create(ErrorCode.NotFound),
            SubscriptionResult.UseExceeds(var what) => SchedulerProblem.Create(
                ErrorCode.Conflict,
                $"The present use exceeds the wanted limits: {string.Join(", ", what)}."
            ),
            SubscriptionResult.ChangedMeanwhile => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "The subscription was changed at the same time; look at it and try again."
            ),
            _ => throw new UnreachableException(),
        };
    }
}
