namespace Scheduler.Core.Time;

/// <summary>Answer of <see cref="Schedule.Create"/>.</summary>
public abstract record ScheduleResult
{
    private ScheduleResult() { }

    public sealed record Valid(Schedule Schedule) : ScheduleResult;

    /// <param name="Part">A part of <see cref="CronParseResult.Refused"/>, or <c>timezone</c>.</param>
    /// <param name="Message">For the customer: what is wrong and what would be right.</param>
    public sealed record Invalid(string Part, string Message) : ScheduleResult;
}
