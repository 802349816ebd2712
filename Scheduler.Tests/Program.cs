using Scheduler.Tests.Checks;
using Scheduler.Tests.EndToEnd.Clouds;

return args switch
{
    [] => await CheckRun.EverythingAsync(),
    ["benchmark", .. var rest] when BenchmarkCall.TryParse(rest, out var call) => await CheckRun.BenchmarksAsync(call),
    ["clouds"] => await CloudsCommand.RunAsync(Console.Out),
    _ => CheckRun.Explain(),
};
