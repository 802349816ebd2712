using NodaTime;
using Scheduler.Api.Dashboard.Sessions;
using Scheduler.Api.Embedding;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Makes the frame of the page that a request asks for.</summary>
internal sealed class PageFrames(SessionTokens tokens, ISqlEngine engine, IClock clock)
{
    public const string ThemeCookie = "scheduler-theme";
    public const string ThemeQuery = "theme";

    /// <summary>Where every look costs money a page looks seldom, and so does a customer's, of which many may be open.</summary>
    private int RefreshSeconds(bool isEmbedded) =>
        engine.ReadsAreCharged ? 60
        : isEmbedded ? 30
        : 5;

    public PageFrame For(HttpContext http)
    {
        var link = http.Features.Get<EmbedLink>();
        return new PageFrame
        {
            Now = clock.GetCurrentInstant(),
            Path = http.Request.Path.Value ?? DashboardPaths.Root,
            Address = http.Request.Path + http.Request.QueryString,
            Theme = Theme(link is null ? http.Request.Cookies[ThemeCookie] : http.Request.Query[ThemeQuery]),
            RefreshSeconds = RefreshSeconds(link is not null),
            FormProof = http.Features.Get<OperatorSession>() is { } session ? tokens.FormProof(session) : null,
            Notice = Said.NoticeOf(http.Request.Query[Said.Query]),
            EmbedQuery = link?.Query(http.Request.Query[ThemeQuery]),
        };
    }

    /// <summary>One of the three; anything else is what the system wants.</summary>
    public static string Theme(string? asked) => asked is "light" or "dark" ? asked : "auto";
}
