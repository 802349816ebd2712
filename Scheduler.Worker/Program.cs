using Microsoft.Extensions.Hosting;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Telemetry;
using Scheduler.Worker;

const int WrongSetting = 2;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.AddWorker();
    builder.Services.AddPipelines(builder.Configuration, builder.Environment);
    using var host = builder.Build();
    if (StartupSettings.FaultIn(host.Services) is { } fault)
    {
        await Console.Error.WriteLineAsync(fault);
        return WrongSetting;
    }
    await host.StartAsync();
    await host.WaitForShutdownAsync();
    await host.Services.ShutDownTelemetryAsync(TelemetryRegistration.ShutDownWithin);
    return Environment.ExitCode;
}
catch (SettingException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return WrongSetting;
}
