using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Core.Pipelines;
using Scheduler.Worker;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.AddWorker();
    builder.Services.AddPipelines(builder.Configuration);
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
catch (Exception wrong) when (wrong is SettingException or OptionsValidationException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
