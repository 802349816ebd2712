using Scheduler.Api.Errors;

namespace Scheduler.Api.Endpoints;

/// <summary>The answer to a schedule that cannot be read.</summary>
internal static class ScheduleProblem
{
    /// <param name="part">The cron part that is wrong, or <c>timezone</c>.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    public static SchedulerProblem Of(string part, string message) =>
        part switch
        {
            "timezone" => SchedulerProblem.Create(ErrorCode.InvalidTimezone, $"timezone: {message}"),
            "cron" => SchedulerProblem.Create(ErrorCode.InvalidCron, $"cron: {message}"),
            _ => SchedulerProblem.Create(ErrorCode.InvalidCron, $"cron, {part}: {message}"),
        };
}
