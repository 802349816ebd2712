using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Scheduler.Worker;

internal static class WorkerLogging
{
    /// <summary>One line a message on standard output. Libraries speak up only when something is wrong.</summary>
    public static void AddWorkerLogging(this ILoggingBuilder logging, LogFormat format)
    {
        logging.ClearProviders();
        logging.AddConsole(options =>
            options.FormatterName =
                format == LogFormat.Json ? JsonLineFormatter.FormatName : TextLineFormatter.FormatName
        );
        logging.AddConsoleFormatter<TextLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // The worker's own back-off says once that the API is away; Polly would say it for every try.
        logging.AddFilter("Polly", LogLevel.None);
    }
}
