using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using NodaTime;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Providers.OpenAi;

/// <summary>What both of OpenAI's organization reports have in common.</summary>
/// <remarks><see href="https://platform.openai.com/docs/api-reference/usage"/></remarks>
internal static class OpenAiReports
{
    /// <summary>The limit is not documented: modest enough for daily reports, and shared by all pipelines of a customer.</summary>
    private static readonly RatePolicy Rate = new(10, Duration.FromSeconds(1));

    public static ProviderProfile Profile(ProviderOptions options) =>
        new()
        {
            Name = "OpenAI",
            Endpoint = options.OpenAi,
            Rate = Rate,
            Classify = OpenAiErrors.Classify,
        };

    /// <summary>A page of a report over whole UTC days: a start or end within a day would make its bucket partial.</summary>
    public static HttpRequestMessage Request(
        ProviderSession session,
        ExtractRequest request,
        string path,
        DayWindow days,
        string? page
    )
    {
        var query = new StringBuilder(path)
            .Append(CultureInfo.InvariantCulture, $"?start_time={Seconds(days.From)}")
            .Append(CultureInfo.InvariantCulture, $"&end_time={Seconds(days.To.PlusDays(1))}")
            .Append(CultureInfo.InvariantCulture, $"&bucket_width=1d&limit={request.Options.Integer("limit")}");
        foreach (var word in request.Options.Words("group_by"))
        {
            query.Append("&group_by=").Append(word);
        }
        if (page is not null)
        {
            query.Append("&page=").Append(Uri.EscapeDataString(page));
        }
        var message = new HttpRequestMessage(HttpMethod.Get, session.Endpoint.At(query.ToString()));
        message.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            Encoding.ASCII.GetString(request.Credential.Span)
        );
        return message;
    }

    /// <summary>The bucket's own columns: its ends, and whether it is a part of a day only.</summary>
    public static RowTable Begin(RowTable table, string start, string end) =>
        table.Row().Set("start_time", start).Set("end_time", end).Set("is_partial", IsPartial(start, end));

    public static AdapterOption Limit(int most) =>
        new(
            new TemplateParameter
            {
                Name = "limit",
                Kind = ParameterKind.Int,
                Min = 1,
                Max = most,
                Default = (long)most,
            }
        );

    private static string IsPartial(string start, string end) =>
        long.TryParse(start, CultureInfo.InvariantCulture, out var from)
        && long.TryParse(end, CultureInfo.InvariantCulture, out var to)
        && from % NodaConstants.SecondsPerDay == 0
        && to - from == NodaConstants.SecondsPerDay
            ? "false"
            : "true";

    private static long Seconds(LocalDate day) => day.AtMidnight().InUtc().ToInstant().ToUnixTimeSeconds();
}
