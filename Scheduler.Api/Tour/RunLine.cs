using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Api.Tour;

/// <summary>What is told about runs, a line each: when, what, whose, and the detail that matters.</summary>
internal static class RunLine
{
    private static readonly InstantPattern Hour = InstantPattern.CreateWithInvariantCulture("HH:mm");

    public static string Queued(Duration elapsed, int count) =>
        Render(elapsed, "queued", count == 1 ? "1 run" : $"{count} runs", "");

    public static string Of(Duration elapsed, Run run, string pipeline, Instant now) =>
        Render(elapsed, Word(run), $"{TourCast.CompanyOf(run.CustomerId)} / {pipeline}", Detail(run, now));

    /// <summary>Runs of one pipeline that were skipped together.</summary>
    public static string Skipped(Duration elapsed, IReadOnlyList<Run> runs, string pipeline)
    {
        var reason = runs[0].Reason is { } why ? Wire.Name(why) : "";
        var times = string.Join(
            ", ",
            runs.OrderBy(run => run.ScheduledTime).Select(run => Hour.Format(run.ScheduledTime))
        );
        return Render(
            elapsed,
            "skipped",
            $"{TourCast.CompanyOf(runs[0].CustomerId)} / {pipeline}",
            runs.Count <= 4 ? $"{reason}: those of {times} UTC" : $"{reason}: {runs.Count} runs"
        );
    }

    private static string Word(Run run) =>
        run.State switch
        {
            RunState.Scheduled => "retry",
            _ => Wire.Name(run.State).ToLowerInvariant(),
        };

    private static string Detail(Run run, Instant now) =>
        run.State switch
        {
            RunState.Scheduled => $"attempt {run.RetryAttempt + 1} in {Seconds((run.VisibleAt ?? now) - now)}",
            RunState.Running => $"by {run.WorkerId}",
            RunState.Failed => run.ErrorType is { } error ? Wire.Name(error) : "",
            RunState.Completed => $"due {Hour.Format(run.ScheduledTime)} UTC, took {Took(run)}{Attempt(run)}",
            _ => "",
        };

    private static string Attempt(Run run) => run.RetryAttempt == 0 ? "" : $", attempt {run.RetryAttempt + 1}";

    private static string Took(Run run) =>
        run is { ActualStartTime: { } start, ActualEndTime: { } end } ? Seconds(end - start) : "no time";

    private static string Render(Duration elapsed, string word, string whose, string detail) =>
        $"{Seconds(elapsed), 7}   {word, -10} {whose, -30} {detail}".TrimEnd();

    private static string Seconds(Duration duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, duration.TotalSeconds):0.0} s");
}
