using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.ProviderConfigs;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's defaults per provider and domain.</summary>
internal static class ProviderConfigEndpoints
{
    private const string Route = "/api/v1/customers/{id}/provider-configs";

    public static void MapProviderConfigs(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Route)
            .WithTags("Provider configurations")
            .RequireCustomer(ScopeResource.Pipelines)
            .Refuses(ErrorCode.NotFound);

        group
            .MapPost("", CreateAsync)
            .WithName("CreateProviderConfig")
            .WithSummary("Stores defaults for the pipelines of a provider and domain.")
            .Refuses(
                ErrorCode.AlreadyExists,
                ErrorCode.InvalidCron,
                ErrorCode.InvalidTimezone,
                ErrorCode.KeyServiceUnavailable
            );
        group
            .MapGet("", ListAsync)
            .WithName("ListProviderConfigs")
            .WithSummary("The customer's defaults per provider and domain, in the order of their making.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapPut("/{config_id}", UpdateAsync)
            .WithName("UpdateProviderConfig")
            .WithSummary("Changes defaults. What is left out stays as it is; an empty text or list clears.")
            .Refuses(ErrorCode.InvalidCron, ErrorCode.InvalidTimezone, ErrorCode.KeyServiceUnavailable);
    }

    private static async Task<Results<Created<ProviderConfigResponse>, SchedulerProblem>> CreateAsync(
        string id,
        Body<CreateProviderConfigRequest> body,
        ProviderConfiguration configs,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await configs.CreateAsync(id, body.Value, caller.AsActor(), cancellation) switch
        {
            ProviderConfigResult.Done(var config) => TypedResults.Created(
                $"/api/v1/customers/{id}/provider-configs/{config.ConfigId}",
                ProviderConfigView.Of(config)
            ),
            var refused => Problem(refused),
        };

    private static async Task<Results<Page<ProviderConfigResponse>, SchedulerProblem>> ListAsync(
        string id,
        [AsParameters] PageQuery page,
        ProviderConfigStore configs,
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
        var rows = await configs.ListAsync(id, start.After?[0], start.Limit + 1, cancellation);
        return Page.Of(rows, start.Limit, config => [config.ConfigId], ProviderConfigView.Of);
    }

    private static async Task<Results<Ok<ProviderConfigResponse>, SchedulerProblem>> UpdateAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        Body<UpdateProviderConfigRequest> body,
        ProviderConfiguration configs,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await configs.UpdateAsync(id, configId, body.Value, caller.AsActor(), cancellation) switch
        {
            ProviderConfigResult.Done(var config) => TypedResults.Ok(ProviderConfigView.Of(config)),
            var refused => Problem(refused),
        };

    private static SchedulerProblem Problem(ProviderConfigResult refused) =>
        refused switch
        {
            ProviderConfigResult.NotFound => SchedulerProblem.Create(ErrorCode.NotFound),
            ProviderConfigResult.Exists => SchedulerProblem.Create(
                ErrorCode.AlreadyExists,
                "There is a configuration for this provider and domain."
            ),
            ProviderConfigResult.WrongSchedule(var part, var message) => ScheduleProblem.Of(part, message),
            ProviderConfigResult.WrongParameters(var errors) => SchedulerProblem.Invalid(
                errors
                    .GroupBy(error => $"default_parameters.{error.Field}")
                    .ToDictionary(
                        field => field.Key,
                        IReadOnlyList<string> (field) => [.. field.Select(error => error.Message)]
                    )
            ),
            _ => throw new UnreachableException(),
        };
}
