using Scheduler.Api.Audit;
using Scheduler.Api.Commands;
using Scheduler.Api.Commands.Cli;
using Scheduler.Api.Endpoints;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Api.Tour;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Telemetry;

const int WrongSetting = 2;

if (SchedulerCli.IsAsked(args))
{
    return await SchedulerCli.RunAsync(args, CliSurroundings.OfProcess());
}
var isTour = TourMode.IsAsked(args);
if (CommandLine.IsUnknown(args))
{
    await Console.Error.WriteLineAsync(CommandLine.Usage);
    return WrongSetting;
}

// The settings file lies beside the program, wherever it is started from.
var start = new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory };
var builder = isTour ? TourMode.CreateBuilder(start) : WebApplication.CreateBuilder(start);
if (AuditCommand.IsAsked(args))
{
    return await AuditCommand.RunAsync(args, builder.Configuration, Console.Out, Console.Error);
}
if (TemplatesCommand.IsAsked(args))
{
    return await TemplatesCommand.RunAsync(
        args,
        builder.Configuration,
        builder.Environment,
        Console.Out,
        Console.Error
    );
}
var isDevelopment = builder.Environment.IsDevelopment();
var settings = ApiSettings.Read(builder.Configuration, isDevelopment);
string? adminKeyPath = null;
if (settings is SettingsResult.Valid { Options: { AdminKeys.Count: 0 } keyless })
{
    adminKeyPath = AdminKeyFile.PathFor(keyless.Storage);
    settings = AdminKeyFile.Ensure(keyless, adminKeyPath);
}
if (settings is not SettingsResult.Valid { Options: var options })
{
    await Console.Error.WriteLineAsync(((SettingsResult.Invalid)settings).Line);
    return WrongSetting;
}

builder.AddShell(options);
builder.Services.AddScheduling(options);
builder.Services.AddExecuting(options, builder.Configuration, builder.Environment);
builder.Services.AddAuditing();
builder.Services.AddDuties(options);

await using var app = builder.Build();
if ((StartupSettings.FaultIn(app.Services) ?? await SchemaUpdate.RunAsync(app)) is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return WrongSetting;
}
if (await CommandLine.RunAsync(app, args) is { } exitCode)
{
    return exitCode;
}
app.UseShell();
app.MapEndpoints(options);
if (adminKeyPath is not null)
{
    LogMessages.AdminKeyFile(app.Logger, adminKeyPath);
}
if (await Listening.StartAsync(app, options) is { } unheard)
{
    await Console.Error.WriteLineAsync(unheard);
    return WrongSetting;
}
if (isTour)
{
    await TourMode.TellAsync(app, adminKeyPath);
}
await app.WaitForShutdownAsync();
await app.Services.ShutDownTelemetryAsync(TelemetryRegistration.ShutDownWithin);
return 0;
