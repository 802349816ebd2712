namespace Scheduler.Core.Contracts;

public sealed record ResultsResponse
{
    /// <summary>One entry per result of the request, in the same order.</summary>
    public required IReadOnlyList<ResultReceipt> Results { get; init; }
}
