using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Tour;

/// <summary>The process's mode <c>tour</c>: the whole system, with two invented customers in it and somebody who tells what happens.</summary>
internal static class TourMode
{
    private const string Word = "tour";

    public static bool IsAsked(string[] args) => args is [Word, ..];

    /// <summary>A builder in Development, if nothing else is set, with what the tour needs where nothing else is set.</summary>
    public static WebApplicationBuilder CreateBuilder(WebApplicationOptions start)
    {
        var named = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT");
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                Args = start.Args?[1..],
                ContentRootPath = start.ContentRootPath,
                EnvironmentName = string.IsNullOrEmpty(named) ? Environments.Development : named,
            }
        );
        var configuration = builder.Configuration;
        // What is wrong with the storage's settings is told when all are read.
        var storage = StorageSettings.Read(new SettingsReader(configuration));
        var files = Path.Combine(Path.GetDirectoryName(AdminKeyFile.PathFor(storage))!, "files");
        var defaults = new Dictionary<string, string?>
        {
            ["Scheduler:Files:Root"] = Directory.CreateDirectory(files).FullName,
            ["Scheduler:AllowProbe"] = "true",
        };
        configuration.AddInMemoryCollection(defaults.Where(pair => string.IsNullOrEmpty(configuration[pair.Key])));
        Quieten(builder.Logging);
        builder.Services.AddSingleton(Console.Out);
        builder.Services.AddSingleton<TourSetUp>();
        builder.Services.AddSingleton<RunFollower>();
        builder.Services.AddSingleton<GuidedTour>();
        return builder;
    }

    /// <summary>Tells the tour of a started process; returns when it is told or the process is asked to stop.</summary>
    /// <param name="adminKeyPath">The file of the generated key; null when the key came from the environment.</param>
    public static async Task TellAsync(WebApplication app, string? adminKeyPath)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            var tour = app.Services.GetRequiredService<GuidedTour>();
            await tour.RunAsync(addresses!.Addresses.First(), adminKeyPath, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped in the middle of it: the next start carries on.
        }
    }

    // The tour's own lines say what happens; the failure that it shows on purpose is no reason for a warning.
    private static void Quieten(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter(null, LogLevel.Warning);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        logging.AddFilter("Scheduler.Core.Pipelines", LogLevel.Error);
        logging.AddFilter("Scheduler.Core.Execution", LogLevel.Error);
        // The tour tells of them itself.
        logging.AddFilter("Scheduler.Core.Alerts", LogLevel.Error);
    }
}
