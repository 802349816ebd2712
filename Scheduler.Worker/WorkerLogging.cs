using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Scheduler.Core.Telemetry;

namespace Scheduler.Worker;

internal static class WorkerLogging
{
    /// <summary>One line a message on standard output. Libraries speak up only when something is wrong.</summary>
    public static void AddWorkerLogging(this ILoggingBuilder logging, WorkerSettings settings)
    {
        logging.ClearProviders();
        logging.AddConsole(options =>
            options.FormatterName =
                settings.LogFormat == LogFormat.Json ? CloudLogFormatter.FormatterName : TextLineFormatter.FormatName
        );
        logging.AddConsoleFormatter<TextLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<CloudLogFormatter, ConsoleFormatterOptions>();
        logging.Services.AddSingleton(new LogIdentity(WorkerHost.ServiceName, settings.Telemetry.Project));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // The worker's own back-off says once that the API is away; Polly would say it for every try.
        logging.AddFilter("Polly", LogLevel.None);
    }
}
