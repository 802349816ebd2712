using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Core.Execution;
using Scheduler.Core.Status;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Settings;

/// <summary>Reads and checks every setting of the API (docs: the settings table of the README).</summary>
public static class ApiSettings
{
    /// <summary>Pure: reads the configuration, touches nothing else.</summary>
    public static SettingsResult Read(IConfiguration configuration, bool isDevelopment)
    {
        var read = new SettingsReader(configuration);
        var storage = StorageSettings.Read(read);
        if (
            read.Text("ASPNETCORE_ENVIRONMENT") is { } web
            && read.Text("DOTNET_ENVIRONMENT") is { } host
            && !web.Equals(host, StringComparison.OrdinalIgnoreCase)
        )
        {
            read.Refuse("ASPNETCORE_ENVIRONMENT", "and DOTNET_ENVIRONMENT differ. Set one, or both to the same name.");
        }
        var embedded = storage.Provider == StorageProvider.Sqlite;
        // Each look costs money there, and each script takes seconds.
        var isSlow = storage.Provider == StorageProvider.BigQuery;
        var (adminKeys, workerKeys) = ReadKeys(read);
        var options = new ApiOptions
        {
            IsDevelopment = isDevelopment,
            Port = read.Whole("PORT", 8080, 0, 65_535),
            AdminKeys = adminKeys,
            WorkerKeys = workerKeys,
            Storage = storage,
            History = HistorySettings.Read(read, storage.Provider),
            Tick = read.Flag("Scheduler__Tick", embedded),
            TickSeconds = read.Whole("Scheduler__TickSeconds", 15, 1, 3_600),
            EmbeddedWorker = read.Flag("Scheduler__EmbeddedWorker", embedded),
            EmbeddedWorkerConcurrency = read.Whole("Scheduler__EmbeddedWorkerConcurrency", 4, 1, 1_000),
            InlineExecution = read.Flag("Scheduler__InlineExecution", embedded),
            LeaseSeconds = read.Whole("Scheduler__LeaseSeconds", isSlow ? 120 : 30, 3, 3_600),
            QueuePollSeconds = read.Whole("Scheduler__QueuePollSeconds", isSlow ? 10 : 1, 1, 60),
            MaxBodyBytes = read.Whole("Scheduler__MaxBodyBytes", 64 * 1024, 1_024, 64 * 1024 * 1024),
            MaxPipelinesPerCustomer = read.Whole("Scheduler__MaxPipelinesPerCustomer", 1_000, 1, 1_000_000),
            MaxBackfillRuns = read.Whole("Scheduler__MaxBackfillRuns", 50, 1, 10_000),
            QueueRetentionDays = read.Whole("Scheduler__QueueRetentionDays", 7, 1, 365),
            Alerts = AlertSettings.Read(read, read.Whole("Scheduler__LatenessObjectiveSeconds", 300, 1, 86_400)),
            Workers = ReadWorkers(read),
            LogFormat = read.Choice("Scheduler__LogFormat", isDevelopment ? LogFormat.Text : LogFormat.Json),
            TrustedProxies = read.Whole("Scheduler__TrustedProxies", 0, 0, 10),
            RateLimits = ReadRateLimits(read),
            FrameAncestors = ReadFrameAncestors(read),
            Oidc = ReadOidc(read),
            ImportMaxBytes = read.Whole("Scheduler__Import__MaxBytes", 256 * 1024 * 1024, 1_024, 1024 * 1024 * 1024),
        };
        options = options with
        {
            Telemetry = TelemetrySettings.Read(configuration, (setting, rule) => read.Refuse(setting, $"{rule}.")) with
            {
                LatenessObjective = options.Alerts.LatenessObjective,
            },
        };
        if (LogLevels.FirstWrong(configuration) is { } level)
        {
            read.Refuse(level, $"{LogLevels.Rule}.");
        }
        if (adminKeys.Count == 0 && !isDevelopment)
        {
            read.Refuse("ADMIN_KEY", $"is missing. Outside Development it must be set to {MachineKeys.Rule}.");
        }
        return read.Fault is { } fault ? fault : new SettingsResult.Valid(options);
    }

    private static (MachineKeys Admin, MachineKeys Worker) ReadKeys(SettingsReader read)
    {
        var admin = ReadKey(read, "ADMIN_KEY");
        var worker = ReadKey(read, "WORKER_KEY");
        if (admin.SharesOneWith(worker))
        {
            read.Refuse("WORKER_KEY", "must differ from ADMIN_KEY: a worker's key opens the worker's calls only.");
        }
        return (admin, worker);
    }

    private static MachineKeys ReadKey(SettingsReader read, string setting)
    {
        var keys = read.Text(setting)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (keys.Length > 2)
        {
            read.Refuse(setting, "must hold one key, or two with a comma between them while the key is changed.");
        }
        if (keys.Any(key => !MachineKeys.IsStrong(key)))
        {
            read.Refuse(setting, $"must be {MachineKeys.Rule}.");
        }
        return new MachineKeys(keys);
    }

    private static WorkerTargets ReadWorkers(SettingsReader read)
    {
        var targets = new WorkerTargets
        {
            Min = read.Whole("Scheduler__Workers__Min", 0, 0, 10_000),
            Max = read.Whole("Scheduler__Workers__Max", 50, 1, 10_000),
            RunsPerWorker = read.Whole("Scheduler__Workers__RunsPerWorker", 4, 1, 1_000),
            ClearWithin = Duration.FromSeconds(read.Whole("Scheduler__Workers__ClearSeconds", 60, 1, 3_600)),
        };
        if (targets.Min > targets.Max)
        {
            read.Refuse("Scheduler__Workers__Min", $"must not be more than Scheduler__Workers__Max ({targets.Max}).");
        }
        return targets;
    }

    private static OidcOptions? ReadOidc(SettingsReader read)
    {
        var audience = read.Text("Scheduler__Oidc__Audience");
        var account = read.Text("Scheduler__Oidc__ServiceAccount");
        var issuer = read.Text("Scheduler__Oidc__Issuer");
        var keys = read.Text("Scheduler__Oidc__KeysUrl");
        if (audience is null && account is null && issuer is null && keys is null)
        {
            return null;
        }
        if (audience is null)
        {
            read.Refuse("Scheduler__Oidc__Audience", "is missing while another Scheduler__Oidc setting is there.");
        }
        if (account is null || !account.Contains('@', StringComparison.Ordinal))
        {
            read.Refuse("Scheduler__Oidc__ServiceAccount", "must be the e-mail of the account that may trigger.");
        }
        if (
            !Uri.TryCreate(keys ?? OidcOptions.GoogleKeys, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            || url.UserInfo.Length > 0
        )
        {
            read.Refuse("Scheduler__Oidc__KeysUrl", "must be an https address (http on loopback only).");
        }
        return new OidcOptions
        {
            Audience = audience ?? "",
            ServiceAccount = account ?? "",
            Issuer = issuer ?? OidcOptions.GoogleIssuer,
            KeysUrl = url ?? new Uri(OidcOptions.GoogleKeys),
        };
    }

    /// <summary>They end up in a header: what is not plainly an origin is refused.</summary>
    private static string[] ReadFrameAncestors(SettingsReader read)
    {
        const string Setting = "Scheduler__Dashboard__FrameAncestors";
        var origins = read.Text(Setting)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (!origins.All(IsOrigin))
        {
            read.Refuse(
                Setting,
                "must be origins with a blank between them, such as https://app.example.com (http on loopback only)."
            );
        }
        return origins;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && text.All(character =>
            char.IsAsciiLetterOrDigit(character) || character is ':' or '/' or '.' or '-' or '[' or ']'
        );

    private static RateLimitOptions ReadRateLimits(SettingsReader read)
    {
        var standard = new RateLimitOptions();
        int PerMinute(string name, int value) => read.Whole($"Scheduler__RateLimits__{name}", value, 1, 1_000_000);
        return new RateLimitOptions
        {
            StandardKey = PerMinute(nameof(standard.StandardKey), standard.StandardKey),
            ElevatedKey = PerMinute(nameof(standard.ElevatedKey), standard.ElevatedKey),
            Address = PerMinute(nameof(standard.Address), standard.Address),
            UnknownKeys = PerMinute(nameof(standard.UnknownKeys), standard.UnknownKeys),
            OpenCalls = PerMinute(nameof(standard.OpenCalls), standard.OpenCalls),
        };
    }
}
