using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>Calls of the customer endpoints, with the keys that were handed out.</summary>
internal static class CustomerCalls
{
    private const string Base = "/api/v1/customers";

    public static async Task<OnboardResponse> OnboardAsync(
        this ApiHost host,
        string customerId,
        SubscriptionPlan plan = SubscriptionPlan.Starter
    )
    {
        var response = await host.SendAsync(
            "POST",
            $"{Base}/onboard",
            ApiHost.Admin(),
            Json(
                $$"""
                {"customer_id":"{{customerId}}","company_name":"{{customerId}} Ltd","admin_email":"owner@example.com",
                 "subscription_plan":"{{Wire.Name(plan)}}"}
                """
            )
        );
        return await response.ReadAsync<OnboardResponse>(201);
    }

    /// <summary>Below /api/v1/customers; without a key where it is null.</summary>
    public static Task<HttpResponseMessage> CallAsync(
        this ApiHost host,
        string method,
        string path,
        (string, string)? key,
        string? body = null
    ) => host.SendAsync(method, $"{Base}/{path}", key, body is null ? null : Json(body));

    public static async Task<T> ReadAsync<T>(this HttpResponseMessage response, int status = 200)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(status), text);
        return JsonSerializer.Deserialize<T>(text, WireJson.Options)!;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
