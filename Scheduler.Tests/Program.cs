using Scheduler.Tests.Checks;

return args switch
{
    [] => await CheckRun.EverythingAsync(),
    ["benchmark", .. var rest] when BenchmarkCall.TryParse(rest, out var call) => await CheckRun.BenchmarksAsync(call),
    _ => CheckRun.Explain(),
};
