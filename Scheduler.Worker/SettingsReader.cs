using System.Globalization;
using Microsoft.Extensions.Configuration;
using NodaTime;
using Scheduler.Core.Execution;
using Scheduler.Core.Telemetry;

namespace Scheduler.Worker;

/// <summary>Reads the settings of docs/worker.md.</summary>
internal static class SettingsReader
{
    /// <exception cref="SettingException">The first setting that is missing or wrong.</exception>
    public static WorkerSettings Read(IConfiguration configuration)
    {
        if (LogLevels.FirstWrong(configuration) is { } level)
        {
            throw new SettingException(level, LogLevels.Rule);
        }
        var (header, key) = Key(configuration);
        return new WorkerSettings
        {
            ApiUrl = ApiUrl(Value(configuration, "API_URL") ?? "http://localhost:8080"),
            KeyHeader = header,
            Key = key,
            Name = Name(configuration),
            PollInterval = Duration.FromSeconds(Number(configuration, "POLL_INTERVAL_SECONDS", 5, 0.1, 3600)),
            Concurrency = Concurrency(configuration),
            DrainGrace = Duration.FromSeconds(Number(configuration, "WORKER_DRAIN_SECONDS", 5, 0, 3600)),
            LogFormat = Format(configuration),
            Telemetry = TelemetrySettings.Read(
                configuration,
                (setting, rule) => throw new SettingException(setting, rule)
            ),
        };
    }

    private static string? Value(IConfiguration configuration, string name) =>
        configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static Uri ApiUrl(string text)
    {
        var right =
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && url is { UserInfo: "", Query: "", Fragment: "" };
        // The text is not repeated: somebody may have put a password into it.
        return right
            ? new Uri(url!.AbsoluteUri.TrimEnd('/'))
            : throw new SettingException("API_URL", "must be an http or https address like http://localhost:8080");
    }

    private static (string Header, string Key) Key(IConfiguration configuration)
    {
        if (Value(configuration, "WORKER_KEY") is { } workerKeys)
        {
            // The API takes several for rotation, comma-separated; the first is the current one.
            return ("X-Worker-Key", HeaderValue("WORKER_KEY", workerKeys.Split(',')[0].Trim()));
        }
        return Value(configuration, "ADMIN_KEY") is { } adminKey
            ? ("X-Admin-Key", HeaderValue("ADMIN_KEY", adminKey))
            : throw new SettingException(
                "WORKER_KEY",
                "(or ADMIN_KEY) is missing: set it to the key that the API knows"
            );
    }

    private static string HeaderValue(string setting, string key) =>
        key.Length > 0 && key.All(letter => letter is > ' ' and <= '~')
            ? key
            : throw new SettingException(setting, "must be a key of printable ASCII characters without spaces");

    private static string? Name(IConfiguration configuration)
    {
        var name = Value(configuration, "WORKER_ID");
        var right =
            name is null
            || (name.Length <= WorkerIdentity.LongestName && name.All(letter => letter is > ' ' and <= '~'));
        return right
            ? name
            : throw new SettingException(
                "WORKER_ID",
                $"must be at most {WorkerIdentity.LongestName} printable ASCII characters without spaces"
            );
    }

    private static int Concurrency(IConfiguration configuration)
    {
        var text = Value(configuration, "WORKER_CONCURRENCY");
        if (text is null)
        {
            return WorkerLoopOptions.DefaultConcurrency;
        }
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= WorkerLoopOptions.LargestConcurrency
            ? count
            : throw new SettingException(
                "WORKER_CONCURRENCY",
                $"must be a whole number from 1 to {WorkerLoopOptions.LargestConcurrency}"
            );
    }

    private static double Number(
        IConfiguration configuration,
        string setting,
        double missing,
        double least,
        double most
    )
    {
        var text = Value(configuration, setting);
        if (text is null)
        {
            return missing;
        }
        return
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw new SettingException(
                setting,
                string.Create(CultureInfo.InvariantCulture, $"must be a number of seconds from {least} to {most}")
            );
    }

    private static LogFormat Format(IConfiguration configuration) =>
        Value(configuration, "WORKER_LOG_FORMAT")?.ToLowerInvariant() switch
        {
            null or "text" => LogFormat.Text,
            "json" => LogFormat.Json,
            _ => throw new SettingException("WORKER_LOG_FORMAT", "must be text or json"),
        };
}
