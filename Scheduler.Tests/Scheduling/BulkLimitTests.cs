using NUnit.Framework;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>How many pipelines one bulk may be about.</summary>
[TestFixture]
internal sealed class BulkLimitTests : RequestedWorkFixture
{
    private const int Page = 1_000;

    [Test]
    public async Task A_hundred_thousand_pipelines_are_not_too_many()
    {
        Assert.That((await PlanAsync(pages: 100) as BulkResult.Planned)?.Total, Is.EqualTo(100_000));
    }

    [Test]
    public async Task More_are_refused_with_the_limit_and_nothing_is_noted()
    {
        var refused = await PlanAsync(pages: 101, isDryRun: false);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Is.EqualTo(new BulkResult.TooMany(100_000)));
            Assert.That(await BulkStore.ListAsync(null, null, 10, default), Is.Empty);
        }
    }

    private async Task<BulkResult> PlanAsync(int pages, bool isDryRun = true)
    {
        await H.OnboardAsync("acme");
        await H.ConfigureManyAsync("acme", Enumerable.Range(0, Page).Select(nth => $"p{nth:000}"));
        var bulks = new Bulks(
            BulkStore,
            new PipelineConfigStore(new RepeatingEngine(H.Engine, pages)),
            new AuditStore(H.Engine),
            H.Signal,
            H.Clock,
            H.Ids
        );
        return await bulks.StartAsync(
            BulkAction.Pause,
            new BulkFilter(),
            "an outage",
            until: null,
            failedSince: null,
            isDryRun,
            StoreHarness.Actor,
            default
        );
    }

    /// <summary>Answers every look with its first page: a thousand pipelines stand for a hundred thousand.</summary>
    private sealed class RepeatingEngine(ISqlEngine inner, int pages) : ISqlEngine
    {
        private object? page;
        private int answered;

        public string Dialect => inner.Dialect;

        public async Task<IReadOnlyList<T>> RunAsync<T>(
            SqlOperation operation,
            SqlArguments arguments,
            Func<SqlRow, T> map,
            CancellationToken cancellationToken
        )
        {
            page ??= await inner.RunAsync(operation, arguments, map, cancellationToken);
            return answered++ < pages ? (IReadOnlyList<T>)page : [];
        }

        public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);
    }
}
