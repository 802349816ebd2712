using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Alerts.Mails;
using Scheduler.Core.Net;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>Alerts, and the sinks that the settings name.</summary>
internal static class Alerting
{
    public static IServiceCollection AddAlerting(this IServiceCollection services, ApiOptions options)
    {
        var alerts = options.Alerts;
        services.AddSingleton(alerts);
        services.AddSingleton<AlertStore>();
        services.AddSingleton<OpenAlerts>();
        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<AlertWatch>();
        services.AddSingleton<AlertSilencing>();
        services.AddSingleton<RunFigureReader>();
        services.AddSingleton<RunMailing>();
        if (alerts.Email is { } email)
        {
            services.AddSingleton(new MailTransport(email));
            services.AddSingleton<IDeliverySink>(provider => new PipelineEmailSink(
                alerts.PublicUrl,
                provider.GetRequiredService<MailTransport>()
            ));
            if (email.To.Count > 0)
            {
                services.AddSingleton<IDeliverySink>(provider => new EmailSink(
                    email,
                    alerts.PublicUrl,
                    provider.GetRequiredService<MailTransport>()
                ));
            }
        }
        if (alerts.Slack is { } slack)
        {
            services.AddSingleton<IDeliverySink>(provider => new SlackSink(
                slack,
                alerts.PublicUrl,
                provider.GetRequiredService<GuardedHttp>(),
                provider.GetRequiredService<TimeProvider>()
            ));
        }
        if (alerts.Webhook is { } webhook)
        {
            services.AddSingleton<IDeliverySink>(provider => new WebhookSink(
                webhook,
                provider.GetRequiredService<GuardedHttp>(),
                provider.GetRequiredService<TimeProvider>()
            ));
        }
        return services;
    }
}
