using System.Net;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>The cookie that carries a session. Only the dashboard's own pages are sent it; the API never looks at it.</summary>
internal static class SessionCookie
{
    private const string Name = "scheduler-session";
    private const string SecureName = $"__Secure-{Name}";

    public static string? Read(HttpRequest request) => request.Cookies[NameFor(request)];

    public static void Write(HttpContext context, string value) =>
        context.Response.Cookies.Append(NameFor(context.Request), value, Options(context.Request));

    public static void Remove(HttpContext context) =>
        context.Response.Cookies.Delete(NameFor(context.Request), Options(context.Request));

    private static CookieOptions Options(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            Secure = IsSecure(request),
            SameSite = SameSiteMode.Strict,
            Path = DashboardPaths.Root,
            IsEssential = true,
        };

    private static string NameFor(HttpRequest request) => IsSecure(request) ? SecureName : Name;

    /// <summary>
    /// Everywhere but on this machine's own names, whether or not a proxy in front ends the encryption: over plain http a browser
    /// then drops the cookie.
    /// </summary>
    private static bool IsSecure(HttpRequest request) =>
        request.IsHttps
        || !(
            request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        );
}
