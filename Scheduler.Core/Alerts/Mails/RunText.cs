using System.Globalization;
using NodaTime;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>The outcome of a run as its owners read it: pure.</summary>
public static class RunText
{
    private const int LongestName = 100;
    private const int NameWidth = 16;

    /// <summary>One line.</summary>
    public static string Subject(DeliveryEvent it, RunNotice notice) =>
        it == DeliveryEvent.RunRecovered
            ? $"[scheduler] {Cut(notice.PipelineName)} works again ({notice.CompanyName})"
            : $"[scheduler] {Cut(notice.PipelineName)} failed: {notice.ErrorType} ({notice.CompanyName})";

    /// <param name="it">What is told.</param>
    /// <param name="notice">The run.</param>
    /// <param name="publicUrl">For a link; null for none.</param>
    public static string Body(DeliveryEvent it, RunNotice notice, string? publicUrl)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(notice.Timezone) ?? DateTimeZone.Utc;
        var lines = new List<string> { Opening(it, notice, zone), "" };
        Add("customer", $"{notice.CompanyName} ({notice.CustomerId})");
        Add("pipeline", notice.PipelineName);
        Add("provider", $"{notice.Provider} / {notice.Domain} / {notice.PipelineTemplate}");
        Add("scheduled for", Local(notice.ScheduledTime, zone));
        Add("data from", $"{Local(notice.DataIntervalStart, zone)} to {Local(notice.DataIntervalEnd, zone)}");
        Add("ended", Local(notice.EndedAt, zone));
        Add("attempts", Number(notice.Attempts));
        if (notice.DurationSeconds is { } seconds)
        {
            Add("took", AlertText.Length(Duration.FromSeconds(seconds)));
        }
        if (notice.Figures is { } figures)
        {
            AddFigures(figures);
        }
        if (it == DeliveryEvent.RunFailed)
        {
            Add("error", notice.ErrorType ?? "UNKNOWN");
            Add("message", notice.ErrorMessage ?? "none");
        }
        Add("run", notice.RunId);
        if (publicUrl is not null)
        {
            lines.AddRange(["", $"{publicUrl}/api/v1/scheduler/customer/{notice.CustomerId}/runs/{notice.RunId}"]);
        }
        if (it == DeliveryEvent.RunFailed)
        {
            lines.AddRange(["", "While it goes on failing you are reminded once a day, and told when it works again."]);
        }
        return string.Join('\n', lines) + "\n";

        void Add(string name, string value) => lines.Add($"{name.PadRight(NameWidth)}{value}");

        void AddFigures(RunFigures found)
        {
            Add("rows", Number(found.Rows));
            if (found is { From: { } from, To: { } to } && found.Costs.Count > 0)
            {
                var costs = found.Costs.Select(cost =>
                    $"{cost.Billed.ToString("#,0.00", CultureInfo.InvariantCulture)} {cost.Currency}"
                );
                Add("cost of days", $"{string.Join(", ", costs)} ({from:uuuu-MM-dd} to {to:uuuu-MM-dd}, all sources)");
            }
        }
    }

    private static string Opening(DeliveryEvent it, RunNotice notice, DateTimeZone zone) =>
        it == DeliveryEvent.RunRecovered
            ? $"It works again. It had failed {Number(notice.Failures)} times since {Local(notice.FailingSince, zone)}."
        : notice.Failures == 1 ? "It failed and is not tried again before its next scheduled time."
        : $"It keeps failing: {Number(notice.Failures)} times since {Local(notice.FailingSince, zone)}.";

    private static string Local(Instant instant, DateTimeZone zone) =>
        $"{instant.InZone(zone).ToString("ddd uuuu-MM-dd HH:mm o<+HH:mm>", CultureInfo.InvariantCulture)} {zone.Id}";

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Cut(string text) => text.Length <= LongestName ? text : $"{text[..(LongestName - 1)]}…";
}
