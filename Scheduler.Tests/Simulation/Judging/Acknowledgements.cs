using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>What instances have told workers: which leases are theirs, and which results have taken effect.</summary>
internal sealed class Acknowledgements
{
    private readonly Dictionary<(string QueueId, string Token), (string RunId, long Epoch)> leases = [];
    private readonly List<(string RunId, long Epoch, RunState State)> accepted = [];

    /// <summary>Which state a run was said to have after a result of which lease.</summary>
    public IReadOnlyList<(string RunId, long Epoch, RunState State)> Accepted => accepted;

    public void Leased(LeaseResponse response)
    {
        foreach (var item in response.Items)
        {
            leases[(item.QueueId, item.LeaseToken)] = (item.RunId, item.LeaseEpoch);
        }
    }

    public void Reported(ResultsRequest request, ResultsResponse response)
    {
        foreach (var (result, receipt) in request.Results.Zip(response.Results))
        {
            if (receipt is { Status: ResultStatus.Accepted, State: { } state })
            {
                var (runId, epoch) = leases[(result.QueueId, result.LeaseToken)];
                accepted.Add((runId, epoch, state));
            }
        }
    }
}
