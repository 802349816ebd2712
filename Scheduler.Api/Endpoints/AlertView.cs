using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Status;

namespace Scheduler.Api.Endpoints;

/// <summary>Alerts and deliveries in the words of the API.</summary>
internal static class AlertView
{
    public static AlertResponse Of(Alert alert) =>
        new()
        {
            AlertId = alert.AlertId is { } alertId ? AlertIds.Text(alertId) : null,
            Kind = alert.Rule,
            State = Wire.Name(alert.State),
            Subject = alert.Subject,
            CustomerId = alert.CustomerId,
            ConfigId = ConfigOf(alert.Rule, alert.Subject),
            RunId = RunOf(alert.Rule, alert.Subject),
            Message = alert.Message,
            FiredAt = alert.FiredAt,
            ResolvedAt = alert.ResolvedAt,
            SilencedUntil = alert.SilencedUntil,
            SilencedBy = alert.SilencedBy,
            SilenceReason = alert.SilenceReason,
        };

    public static DeliveryResponse Of(DeliveryRecord delivery) =>
        new()
        {
            DeliveryId = delivery.DeliveryId,
            Sink = Wire.Name(delivery.Sink),
            Event = Wire.Name(delivery.Event),
            State = Wire.Name(delivery.State),
            CustomerId = delivery.CustomerId,
            AlertId = delivery.AlertId is { } alertId ? AlertIds.Text(alertId) : null,
            RunId = delivery.RunId,
            Attempts = delivery.Attempts,
            NextAttemptAt = delivery.State == DeliveryState.Pending ? delivery.NextAttemptAt : null,
            LastError = delivery.LastError,
            CreatedAt = delivery.CreatedAt,
            EndedAt = delivery.EndedAt,
        };

    private static string? ConfigOf(string rule, string subject) =>
        rule is AlertRules.ScheduleSetAside or AlertRules.ConsecutiveFailures ? subject : null;

    private static string? RunOf(string rule, string subject) => rule is AlertRules.RunTooLong ? subject : null;
}
