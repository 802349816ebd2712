namespace Scheduler.Core.Time;

/// <summary>Answer of <see cref="CronExpression.Parse"/>.</summary>
public abstract record CronParseResult
{
    private CronParseResult() { }

    public sealed record Parsed(CronExpression Expression) : CronParseResult;

    /// <param name="Part">
    /// What is wrong: <c>cron</c> (the text as a whole), <c>minute</c>, <c>hour</c>, <c>day_of_month</c>,
    /// <c>month</c> or <c>day_of_week</c>.
    /// </param>
    /// <param name="Message">For the customer: what is wrong and what would be right.</param>
    public sealed record Refused(string Part, string Message) : CronParseResult;
}
