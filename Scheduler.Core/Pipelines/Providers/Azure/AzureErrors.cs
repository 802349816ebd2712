using NodaTime;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>What errors of Cost Management mean: <c>{"error":{"code","message"}}</c>, and 204 for no data.</summary>
/// <remarks><see href="https://learn.microsoft.com/azure/cost-management-billing/costs/manage-automation"/></remarks>
internal static class AzureErrors
{
    // The service counts in query processing units, by scope, tenant and client; each may ask for a wait of its own. Its
    // headers that end with -consumed and -remaining are no waits.
    private static readonly string[] Waits =
    [
        .. new[] { "qpu", "entity", "tenant", "client", "clienttype" }.Select(kind =>
            $"x-ms-ratelimit-microsoft.costmanagement-{kind}-retry-after"
        ),
    ];

    public static ProviderFault Classify(ProviderAnswer answer)
    {
        var code = answer.Json.Field("error").TextOrNull("code");
        var isEmpty = (int)answer.Status == 204 || code is "SubscriptionHasNoUsages" or "BillingAccountHasNoUsages";
        var type = code switch
        {
            "AuthorizationFailed" or "RBACAccessDenied" => ErrorType.AuthorizationFailed,
            "InvalidAuthenticationToken" or "ExpiredAuthenticationToken" => ErrorType.AuthenticationFailed,
            _ => ErrorClassifier.FromStatus(answer.Status),
        };
        return new ProviderFault(type, code, Wait(answer)) { IsEmpty = isEmpty };
    }

    /// <summary>The longest of all waits that are asked for; null when there is none.</summary>
    public static Duration? Wait(ProviderAnswer answer) => Waits.Select(answer.Seconds).Append(answer.RetryAfter).Max();
}
