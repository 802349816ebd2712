using NodaTime;
using NodaTime.Text;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>What one customer used on one of its days.</summary>
internal sealed class ModelUsageDay
{
    public required string UsageId { get; init; }
    public required ModelCustomer Customer { get; init; }
    public required LocalDate Date { get; init; }
    public long RunToday { get; set; }
    public long SucceededToday { get; set; }
    public long FailedToday { get; set; }
    public long CancelledToday { get; set; }
    public long ConcurrentRunning { get; set; }
    public long MaxConcurrentReached { get; set; }
    public long? DailyLimit { get; set; }
    public long? MonthlyLimit { get; set; }
    public long? ConcurrentLimit { get; set; }
    public bool QuotaExceeded { get; set; }

    /// <summary>The month so far, this day included. Never stored, so never out of step.</summary>
    public long RunMonth =>
        Customer.Usage.Values.Where(day => IsSameMonth(day) && day.Date <= Date).Sum(day => day.RunToday);

    /// <summary>The whole month, later days included where a change of the time zone left some.</summary>
    public long WholeMonth => Customer.Usage.Values.Where(IsSameMonth).Sum(day => day.RunToday);

    public static ModelRow Row(ModelUsageDay day) =>
        new(column =>
            column switch
            {
                "customer_id" => day.Customer.CustomerId,
                "usage_date" => LocalDatePattern.Iso.Format(day.Date),
                "pipelines_run_today" => day.RunToday,
                "pipelines_succeeded_today" => day.SucceededToday,
                "pipelines_failed_today" => day.FailedToday,
                "pipelines_cancelled_today" => day.CancelledToday,
                "pipelines_run_month" => day.RunMonth,
                "concurrent_pipelines_running" => day.ConcurrentRunning,
                "max_concurrent_reached" => day.MaxConcurrentReached,
                "daily_limit" => day.DailyLimit,
                "monthly_limit" => day.MonthlyLimit,
                "concurrent_limit" => day.ConcurrentLimit,
                "quota_exceeded" => day.QuotaExceeded,
                _ => ModelRow.Unknown(column),
            }
        );

    private bool IsSameMonth(ModelUsageDay other) => other.Date.Year == Date.Year && other.Date.Month == Date.Month;
}
