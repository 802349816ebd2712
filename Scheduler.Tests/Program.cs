using Scheduler.Tests.Checks;

return args switch
{
    [] => await CheckRun.EverythingAsync(),
    ["benchmark", .. var filter] => await CheckRun.BenchmarksAsync(filter),
    _ => CheckRun.Explain(),
};
