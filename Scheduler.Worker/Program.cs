using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scheduler.Core.Pipelines;
using Scheduler.Worker;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.AddWorker();
    builder.Services.AddSingleton<IPipelineRunner, NoPipelines>(); // MERGE: builder.Services.AddPipelines(builder.Configuration);
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
catch (SettingException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
