using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns;

/// <summary>Runs campaigns one after the other on one PostgreSQL server, each in a database of its own.</summary>
internal sealed class CampaignRuns : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> server = new(() =>
        PostgresServer.StartAsync(durable: true, keepsCommitTimes: true)
    );

    public Task<CampaignResult> RunAsync(IReadOnlyList<CampaignFault> faults, int seed, bool keeps) =>
        new Campaign(faults, seed, () => server.Value) { Keeps = keeps }.RunAsync();

    public Task<CampaignResult> RunAsync(CampaignFault fault, int seed) => RunAsync([fault], seed, keeps: false);

    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).DisposeAsync();
        }
    }
}
