using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.RateLimits;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;

namespace Scheduler.Api.Endpoints;

/// <summary>How customers come in.</summary>
internal static class OnboardingEndpoints
{
    public static void MapOnboarding(this IEndpointRouteBuilder app, ApiOptions options)
    {
        var endpoint = app.MapPost("/api/v1/customers/onboard", OnboardAsync)
            .WithTags("Customers")
            .WithName("OnboardCustomer")
            .WithSummary("Takes a customer on and answers its first key, this one time.")
            .Refuses(ErrorCode.AlreadyExists, ErrorCode.InvalidTimezone, ErrorCode.StorageUnavailable);
        if (options.IsDevelopment)
        {
            endpoint.Open().LimitOpenCalls();
        }
        else
        {
            endpoint.RequireAdmin();
        }
    }

    private static async Task<Results<Created<OnboardResponse>, SchedulerProblem>> OnboardAsync(
        Body<OnboardRequest> body,
        Onboarding onboarding,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await onboarding.OnboardAsync(body.Value, caller.AsActor(), cancellation) switch
        {
            OnboardResult.Created(var customer) => TypedResults.Created(
                $"/api/v1/customers/{customer.CustomerId}",
                customer
            ),
            OnboardResult.CustomerExists => SchedulerProblem.Create(
                ErrorCode.AlreadyExists,
                $"There is a customer {body.Value.CustomerId} already."
            ),
            OnboardResult.DatasetTaken => SchedulerProblem.Create(
                ErrorCode.AlreadyExists,
                $"customer_id: the dataset of {body.Value.CustomerId} is in use; ids that differ only in case share one."
            ),
            OnboardResult.UnknownTimezone(var message) => SchedulerProblem.Create(
                ErrorCode.InvalidTimezone,
                $"timezone: {message}"
            ),
            _ => throw new UnreachableException(),
        };
}
