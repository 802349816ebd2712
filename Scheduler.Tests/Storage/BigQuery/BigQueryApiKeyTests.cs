using NUnit.Framework;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

[TestFixture]
internal sealed class BigQueryApiKeyTests : ApiKeyContract
{
    protected override async Task<ITestDatabase> CreateDatabaseAsync() => await BigQueryDatabase.CreateAsync();
}
