using NUnit.Framework;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation.Model.Contract;

[TestFixture]
internal sealed class ModelPauseTests : PauseContract
{
    protected override Task<ITestDatabase> CreateDatabaseAsync() => Task.FromResult<ITestDatabase>(new ModelDatabase());
}
