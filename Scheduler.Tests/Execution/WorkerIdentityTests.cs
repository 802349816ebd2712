using NUnit.Framework;
using Scheduler.Core.Execution;

namespace Scheduler.Tests.Execution;

public sealed class WorkerIdentityTests
{
    private static readonly Guid Unique = Guid.Parse("0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");

    [TestCase(null, "worker-0192a1b2c3d4")]
    [TestCase("  ", "worker-0192a1b2c3d4")]
    [TestCase("eu-west", "eu-west-0192a1b2c3d4")]
    public void The_name_gets_a_fresh_part(string? name, string expected) =>
        Assert.That(WorkerIdentity.Create(name, Unique), Is.EqualTo(expected));

    [Test]
    public void Two_processes_of_one_name_differ() =>
        Assert.That(
            WorkerIdentity.Create("a", Guid.NewGuid()),
            Is.Not.EqualTo(WorkerIdentity.Create("a", Guid.NewGuid()))
        );
}
