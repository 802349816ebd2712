using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;

namespace Scheduler.Core.Pipelines.Providers.Claude;

/// <summary>What both of the Admin API's reports have in common.</summary>
/// <remarks><see href="https://platform.claude.com/docs/en/build-with-claude/usage-cost-api"/></remarks>
internal static class ClaudeReports
{
    /// <summary>Most days of a page, and of a chunk.</summary>
    public const int MostDays = 31;

    private const string Version = "2023-06-01";

    /// <summary>The documentation asks for one poll a minute in the long run and allows bursts for paging.</summary>
    private static readonly RatePolicy Rate = new(20, Duration.FromSeconds(5));

    public static ProviderProfile Profile(ProviderOptions options) =>
        new()
        {
            Name = "Claude",
            Endpoint = options.Claude,
            Rate = Rate,
            Classify = ClaudeErrors.Classify,
        };

    public static HttpRequestMessage Request(
        ProviderSession session,
        ExtractRequest request,
        string path,
        DayWindow days,
        string? page
    )
    {
        var query = new StringBuilder(path)
            .Append(CultureInfo.InvariantCulture, $"?starting_at={Midnight(days.From)}")
            .Append(CultureInfo.InvariantCulture, $"&ending_at={Midnight(days.To.PlusDays(1))}")
            .Append(CultureInfo.InvariantCulture, $"&bucket_width=1d&limit={MostDays}");
        foreach (var word in request.Options.Words("group_by"))
        {
            query.Append("&group_by%5B%5D=").Append(word);
        }
        if (page is not null)
        {
            query.Append("&page=").Append(Uri.EscapeDataString(page));
        }
        var message = new HttpRequestMessage(HttpMethod.Get, session.Endpoint.At(query.ToString()));
        message.Headers.Add("x-api-key", Encoding.ASCII.GetString(request.Credential.Span));
        message.Headers.Add("anthropic-version", Version);
        return message;
    }

    /// <summary>The bucket's own columns: its ends, and whether it is a part of a day only.</summary>
    public static RowTable Begin(RowTable table, string start, string end) =>
        table.Row().Set("starting_at", start).Set("ending_at", end).Set("is_partial", IsPartial(start, end));

    private static string IsPartial(string start, string end) =>
        InstantPattern.ExtendedIso.Parse(start) is { Success: true, Value: var from }
        && InstantPattern.ExtendedIso.Parse(end) is { Success: true, Value: var to }
        && from.InUtc().TimeOfDay == LocalTime.Midnight
        && to - from == Duration.FromDays(1)
            ? "false"
            : "true";

    private static string Midnight(LocalDate day) => $"{LocalDatePattern.Iso.Format(day)}T00:00:00Z";
}
