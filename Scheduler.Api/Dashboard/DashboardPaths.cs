using Scheduler.Core.Alerts;

namespace Scheduler.Api.Dashboard;

/// <summary>Where the dashboard's pages are. Ids are escaped: what is linked is what was meant.</summary>
public static class DashboardPaths
{
    public const string Root = "/dashboard";
    public const string SignIn = Root + "/sign-in";

    /// <summary>Sent by the page's own script when it looks for news: such a look keeps no session alive.</summary>
    public const string LiveHeader = "X-Live";

    public static string Customer(string customerId) => $"{Root}/customers/{Escaped(customerId)}";

    public static string Runs(string customerId) => $"{Customer(customerId)}/runs";

    public static string Run(string customerId, string runId) => $"{Runs(customerId)}/{Escaped(runId)}";

    public static string Pipeline(string customerId, string configId) =>
        $"{Customer(customerId)}/pipelines/{Escaped(configId)}";

    /// <param name="alertId">Of an alert that is written down.</param>
    public static string Alert(long alertId) => $"{Root}/alerts/{AlertIds.Text(alertId)}";

    public static string Delivery(string deliveryId) => $"{Root}/deliveries/{Escaped(deliveryId)}";

    public static string Audit(string customerId) => $"{Root}/audit?customer_id={Escaped(customerId)}";

    /// <summary>The path of a session's own page after a sign-in; the first page for anything else.</summary>
    public static string Own(string? path) =>
        path is not null
        && (
            path == Root
            || path.StartsWith(Root + "/", StringComparison.Ordinal)
            || path.StartsWith(Root + "?", StringComparison.Ordinal)
        )
        && path.All(character => character is > ' ' and < '\x7f' and not '\\')
            ? path
            : Root;

    private static string Escaped(string text) => Uri.EscapeDataString(text);
}
