using NUnit.Framework;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

[TestFixture]
internal sealed class BigQueryQueueTests : QueueContract
{
    protected override int Hundreds => 60;

    protected override async Task<ITestDatabase> CreateDatabaseAsync() => await BigQueryDatabase.CreateAsync();
}
