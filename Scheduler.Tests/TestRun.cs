using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests;

/// <summary>What the whole run shares.</summary>
[SetUpFixture]
internal sealed class TestRun
{
    [OneTimeTearDown]
    public Task StopServers() => PostgresDatabase.StopServerAsync();
}
