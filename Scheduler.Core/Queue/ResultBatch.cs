using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;

namespace Scheduler.Core.Queue;

/// <summary>
/// The reports of several requests as one set of ends. Each lease is ended once: by the first request that names it with its
/// token, where a repetition within that request is the same report; for every later request it is stale.
/// </summary>
internal sealed class ResultBatch
{
    private readonly IReadOnlyList<ResultsRequest> requests;
    private readonly Dictionary<string, (int Request, LeaseEnd End)> ends = [];

    public ResultBatch(IReadOnlyList<ResultsRequest> requests, HeldLeases held, Random random, IIdSource ids)
    {
        this.requests = requests;
        var facts = new Dictionary<string, LeaseFacts>(held.Facts.Count);
        foreach (var fact in held.Facts)
        {
            facts.TryAdd(fact.QueueId, fact);
        }
        for (var nth = 0; nth < requests.Count; nth++)
        {
            foreach (var result in requests[nth].Results)
            {
                if (
                    facts.TryGetValue(result.QueueId, out var fact)
                    && fact.LeaseToken == result.LeaseToken
                    && !ends.ContainsKey(result.QueueId)
                )
                {
                    ends.Add(result.QueueId, (nth, LeaseEnding.Reported(fact, result, held.Now, random, ids)));
                }
            }
        }
    }

    /// <summary>What is to be written.</summary>
    public IReadOnlyList<LeaseEnd> Ends => [.. ends.Values.Select(end => end.End)];

    /// <summary>The answers when nothing of it was held any more.</summary>
    public static IReadOnlyList<ResultsResponse> Stale(IReadOnlyList<ResultsRequest> requests) =>
        [.. requests.Select(request => new ResultsResponse { Results = [.. request.Results.Select(Stale)] })];

    public static ResultReceipt Stale(RunResult result) =>
        new() { QueueId = result.QueueId, Status = ResultStatus.Stale };

    /// <summary>The answer to each request, in order, once the ends were written.</summary>
    public IReadOnlyList<ResultsResponse> Answers(IReadOnlyList<EndedLease> ended)
    {
        var taken = ended.Where(end => end.State is not null).ToDictionary(end => end.QueueId);
        return
        [
            .. requests.Select(
                (request, nth) =>
                    new ResultsResponse { Results = [.. request.Results.Select(result => Receipt(nth, result, taken))] }
            ),
        ];
    }

    private ResultReceipt Receipt(int nth, RunResult result, Dictionary<string, EndedLease> taken) =>
        ends.TryGetValue(result.QueueId, out var own)
        && own.Request == nth
        && own.End.LeaseToken == result.LeaseToken
        && taken.TryGetValue(result.QueueId, out var end)
            ? new ResultReceipt
            {
                QueueId = result.QueueId,
                Status = ResultStatus.Accepted,
                State = end.State,
                RetryAt = end.RetryAt,
            }
            : Stale(result);
}
