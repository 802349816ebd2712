using NUnit.Framework;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation.Model.Contract;

[TestFixture]
internal sealed class ComparedPauseTests : PauseContract
{
    protected override async Task<ITestDatabase> CreateDatabaseAsync() => await ComparedDatabase.OverSqliteAsync();
}
