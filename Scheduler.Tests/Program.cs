using Scheduler.Tests.Campaigns;
using Scheduler.Tests.Campaigns.Recovery;
using Scheduler.Tests.Checks;
using Scheduler.Tests.Dashboard.Browser;
using Scheduler.Tests.EndToEnd.Clouds;
using Scheduler.Tests.Mutations;
using Scheduler.Tests.Planted;
using Scheduler.Tests.Simulation;

return args switch
{
    [] => await CheckRun.EverythingAsync(),
    ["benchmark", .. var rest] when BenchmarkCall.TryParse(rest, out var call) => await CheckRun.BenchmarksAsync(call),
    ["simulate", .. var rest] when SimulateCall.TryParse(rest, out var call) => await Simulate.RunAsync(call),
    ["plant", .. var names] when Planting.Knows(names) => await Planting.RunAsync(names),
    ["campaign", .. var rest] when CampaignCall.TryParse(rest, out var call) => await CampaignCommand.RunAsync(call),
    ["mutate-sql", MutateSqlCall.Worker] => await MutantWorker.RunAsync(Console.In, Console.Out),
    ["mutate-sql", .. var rest] when MutateSqlCall.TryParse(rest, out var call) => await MutateSql.RunAsync(call),
    ["recovery", .. var rest] when RecoveryCommand.Knows(rest) => await RecoveryCommand.RunAsync(rest),
    ["browser"] => Chromium.Provide(),
    ["screenshots"] => await Screenshots.RunAsync(Console.Out),
    ["clouds"] => await CloudsCommand.RunAsync(Console.Out),
    _ => CheckRun.Explain(),
};
