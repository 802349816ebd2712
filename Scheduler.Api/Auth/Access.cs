using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Scheduler.Api.Auth.Oidc;
using Scheduler.Api.Errors;
using Scheduler.Api.RateLimits;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;

namespace Scheduler.Api.Auth;

/// <summary>How an endpoint or a group says who may call it. One that does not say so is refused to everybody.</summary>
public static class Access
{
    private static readonly AuthorizationPolicy DenyAll = new AuthorizationPolicyBuilder()
        .AddRequirements(new DeclaredAccessRequirement())
        .Build();

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services
            .AddAuthentication(KeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().SetDefaultPolicy(DenyAll).SetFallbackPolicy(DenyAll);
        services.AddSingleton<IAuthorizationHandler, AccessHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResultHandler>();
        services.AddSingleton<UnknownKeyLimiter>();
        services.AddSingleton<TokenJudge>();
        services.AddHttpContextAccessor();
        services.AddScoped(provider =>
            CurrentCaller.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext)
        );
        return services;
    }

    /// <summary>Says where customer keys are looked up; the answers are remembered for a few seconds.</summary>
    public static IServiceCollection AddApiKeyDirectory(
        this IServiceCollection services,
        Func<IServiceProvider, IApiKeyDirectory> store
    ) =>
        services
            .AddSingleton(provider => new CachedApiKeyDirectory(
                store(provider),
                provider.GetRequiredService<TimeProvider>()
            ))
            .AddSingleton<IApiKeyDirectory>(provider => provider.GetRequiredService<CachedApiKeyDirectory>());

    /// <summary>The admin key only.</summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireKinds(CallerKind.Admin);

    /// <summary>The admin key, or a signed token of the account that may trigger.</summary>
    public static TBuilder RequireTrigger<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder
            .RequireKinds(CallerKind.Admin, CallerKind.Trigger)
            .Refuses(ErrorCode.InvalidToken, ErrorCode.TokenKeysUnavailable, ErrorCode.RateLimited);

    /// <summary>A worker's key, or the admin key.</summary>
    public static TBuilder RequireWorker<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireKinds(CallerKind.Worker, CallerKind.Admin);

    /// <summary>
    /// The key of the customer in the route value <c>id</c> with a scope on <paramref name="resource"/>, or the admin key.
    /// </summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="resource">What the calls are about.</param>
    /// <param name="action">Leave it out: read for GET and HEAD, write for the rest.</param>
    public static TBuilder RequireCustomer<TBuilder>(
        this TBuilder builder,
        ScopeResource resource,
        ScopeAction? action = null
    )
        where TBuilder : IEndpointConventionBuilder
    {
        var requirement = new CustomerRequirement(resource, action);
        builder.RequireAuthorization(policy => policy.AddRequirements(requirement));
        builder.Add(endpoint =>
        {
            var methods = endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods ?? [];
            var needed = requirement.ActionFor(methods.Count > 0 ? methods[0] : HttpMethods.Post);
            var scope = $"{Wire.Name(resource)}:{Wire.Name(needed)}";
            endpoint.Metadata.Add(new AccessDeclaration([CallerKind.Customer, CallerKind.Admin], scope));
        });
        return builder.Refuses(
            ErrorCode.MissingApiKey,
            ErrorCode.InvalidApiKey,
            ErrorCode.ExpiredApiKey,
            ErrorCode.TrialEnded,
            ErrorCode.SubscriptionEnded,
            ErrorCode.CustomerMismatch,
            ErrorCode.MissingScope,
            ErrorCode.CustomerSuspended,
            ErrorCode.RateLimited,
            ErrorCode.StoreBusy,
            ErrorCode.StorageUnavailable
        );
    }

    /// <summary>
    /// As <see cref="RequireCustomer"/>, but judged by the handler, after the body is read: one of the call's forms carries its
    /// own proof in the body. The handler asks <see cref="InvitationAccess"/> for every other form.
    /// </summary>
    public static TBuilder RequireCustomerOrInvitation<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder
            .AllowAnonymous()
            .WithMetadata(new AccessDeclaration([CallerKind.Customer, CallerKind.Admin], InvitationAccess.Scope))
            .Refuses(
                ErrorCode.MissingApiKey,
                ErrorCode.InvalidApiKey,
                ErrorCode.ExpiredApiKey,
                ErrorCode.TrialEnded,
                ErrorCode.SubscriptionEnded,
                ErrorCode.CustomerMismatch,
                ErrorCode.MissingScope,
                ErrorCode.CustomerSuspended,
                ErrorCode.Forbidden,
                ErrorCode.RateLimited,
                ErrorCode.StoreBusy,
                ErrorCode.StorageUnavailable
            );

    /// <summary>Anybody, without a key. Only what docs list as open.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AllowAnonymous().WithMetadata(new AccessDeclaration([], null)).Refuses(ErrorCode.RateLimited);

    private static TBuilder RequireKinds<TBuilder>(this TBuilder builder, params CallerKind[] kinds)
        where TBuilder : IEndpointConventionBuilder =>
        builder
            .RequireAuthorization(policy => policy.AddRequirements(new KindRequirement(kinds)))
            .WithMetadata(new AccessDeclaration(kinds, null))
            .Refuses(
                ErrorCode.MissingApiKey,
                ErrorCode.InvalidApiKey,
                ErrorCode.Forbidden,
                ErrorCode.StorageUnavailable
            );
}
