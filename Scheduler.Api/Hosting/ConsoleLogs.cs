using Microsoft.Extensions.Logging.Console;
using Scheduler.Api.Settings;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Hosting;

/// <summary>Log lines on the console: readable ones, or JSON for a log service.</summary>
internal static class ConsoleLogs
{
    public static void AddConsoleLogs(this ILoggingBuilder logging, ApiOptions options)
    {
        logging.ClearProviders();
        // These two print query strings and header values; what they say otherwise, RequestTrace says.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.None);
        // What keeps the host from starting ends the process with a line of its own.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (options.LogFormat == LogFormat.Json)
        {
            logging.Services.AddSingleton(new LogIdentity(Metrics.ServiceName, options.Telemetry.Project));
            logging.AddConsole(console => console.FormatterName = CloudLogFormatter.FormatterName);
            logging.AddConsoleFormatter<CloudLogFormatter, ConsoleFormatterOptions>();
            return;
        }
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "HH:mm:ss'Z' ";
        });
    }
}
