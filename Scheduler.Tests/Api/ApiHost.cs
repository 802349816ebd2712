using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Settings;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>The API in this process: real pipeline, no socket, fakes where the stores would be.</summary>
internal sealed class ApiHost : WebApplicationFactory<ApiOptions>
{
    public const string AdminKey = "admin-canary-0123456789-abcdef";
    public const string WorkerKey = "worker-canary-0123456789-abcdef";

    private readonly string environment;
    private readonly Dictionary<string, string> settings;
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"scheduler-{Guid.NewGuid():N}");

    private ApiHost(string environment, IEnumerable<(string Name, string Value)> extra)
    {
        this.environment = environment;
        settings = new()
        {
            ["ADMIN_KEY"] = AdminKey,
            ["WORKER_KEY"] = WorkerKey,
            // Nothing happens by itself, unless a test asks for it.
            ["Scheduler:Tick"] = "false",
            ["Scheduler:EmbeddedWorker"] = "false",
            ["Scheduler:AllowProbe"] = "true",
            ["Scheduler:Datasets:Path"] = Path.Combine(folder, "datasets"),
            ["Scheduler:Storage:ConnectionString"] = $"Data Source={Path.Combine(folder, "scheduler.db")}",
        };
        foreach (var (name, value) in extra)
        {
            settings[name] = value;
        }
    }

    public FakeApiKeyDirectory Keys { get; } = new();

    /// <summary>Looks customers' keys up in the store, as production does, instead of in <see cref="Keys"/>.</summary>
    public bool HasStoredKeys { get; init; }
    public CapturedLogs Logs { get; } = new();
    public List<IReadinessProbe> Probes { get; } = [];

    /// <summary>Endpoints that exist in this host only.</summary>
    public Action<IEndpointRouteBuilder>? Endpoints { get; init; }

    public static ApiHost WithStoredKeys(params (string Name, string Value)[] settings) =>
        new("Production", settings) { HasStoredKeys = true };

    public static ApiHost Production(params (string Name, string Value)[] settings) => new("Production", settings);

    public static ApiHost Development(params (string Name, string Value)[] settings) => new("Development", settings);

    public static ApiHost Development(
        Action<IEndpointRouteBuilder> endpoints,
        params (string Name, string Value)[] settings
    ) => new("Development", settings) { Endpoints = endpoints };

    /// <summary>Settings for a host whose store is there.</summary>
    public static (string Name, string Value)[] On(PostgresDatabase database) =>
        [("Scheduler:Storage:Provider", "Postgres"), ("Scheduler:Storage:ConnectionString", database.ConnectionString)];

    public static ApiHost With(
        Action<IEndpointRouteBuilder> endpoints,
        params (string Name, string Value)[] settings
    ) => new("Production", settings) { Endpoints = endpoints };

    /// <summary>Sends one request with one key header, or none.</summary>
    public Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        (string Header, string Value)? key = null,
        HttpContent? content = null
    )
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        if (key is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Header, header.Value);
        }
        return CreateClient().SendAsync(request);
    }

    public static (string, string) Admin() => (PresentedKey.AdminHeader, AdminKey);

    public static (string, string) Worker() => (PresentedKey.WorkerHeader, WorkerKey);

    public static (string, string) Customer(string key) => (PresentedKey.CustomerHeader, key);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(environment);
        foreach (var (name, value) in settings)
        {
            builder.UseSetting(name, value);
        }
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Trace));
        builder.ConfigureServices(services =>
        {
            if (!HasStoredKeys)
            {
                services.AddApiKeyDirectory(_ => Keys);
            }
            Probes.ForEach(probe => services.AddSingleton(probe));
            if (Endpoints is { } map)
            {
                services.AddSingleton<IStartupFilter>(new ExtraEndpoints(map));
            }
        });
    }

    /// <summary>The folder of the store and the datasets.</summary>
    public string Folder => folder;

    /// <summary>Whatever a test did: no key of it stands in a log line, all levels logged, or in the database.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        var secrets = Keys.Secrets.Append(AdminKey).Append(WorkerKey).ToList();
        var told = Logs.Lines.FirstOrDefault(line => secrets.Any(line.Contains));
        Assert.That(told, Is.Null, "a secret in the log");
        var database = Path.Combine(folder, "scheduler.db");
        if (File.Exists(database))
        {
            var stored = File.ReadAllText(database, System.Text.Encoding.Latin1);
            Assert.That(secrets.Where(stored.Contains), Is.Empty, "a secret in the database");
        }
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Adds routes to the application's own table once the application has built its pipeline.</summary>
    private sealed class ExtraEndpoints(Action<IEndpointRouteBuilder> map) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                next(app);
                map((IEndpointRouteBuilder)app.Properties["__EndpointRouteBuilder"]!);
            };
    }
}
