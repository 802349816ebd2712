using NUnit.Framework;
using Scheduler.Core.Failpoints;

namespace Scheduler.Tests.Failpoints;

public sealed class ShiftedTimeTests
{
    [Test]
    public void The_wall_clock_is_wrong_by_what_the_file_says()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "-3600");

        var wrong = ShiftedTime.Create(file, isDevelopment: true).GetUtcNow();

        Assert.That(
            wrong - TimeProvider.System.GetUtcNow(),
            Is.EqualTo(TimeSpan.FromHours(-1)).Within(TimeSpan.FromMinutes(1))
        );
        File.Delete(file);
    }

    [TestCase("/tmp/shift", false)]
    [TestCase(null, true)]
    [TestCase(" ", true)]
    public void Elsewhere_and_unset_it_is_the_system_s(string? file, bool isDevelopment) =>
        Assert.That(ShiftedTime.Create(file, isDevelopment), Is.SameAs(TimeProvider.System));
}
