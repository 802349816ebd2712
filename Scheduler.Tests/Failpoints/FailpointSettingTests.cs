using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Failpoints;

namespace Scheduler.Tests.Failpoints;

public sealed class FailpointSettingTests
{
    [TestCase(null)]
    [TestCase(" ")]
    public void Nothing_set_means_none_everywhere(string? text) =>
        Assert.That(
            FailpointSetting.Create(text, isDevelopment: false, TimeProvider.System),
            Is.TypeOf<NoFailpoints>()
        );

    [Test]
    public void Several_failpoints_are_read() =>
        Assert.That(
            FailpointSetting.Parse(
                "load:after-delete=touch /tmp/a; run:before-result=kill 3 /tmp/armed; after:queue.claim=kill 1",
                isDevelopment: true
            ),
            Is.EquivalentTo(
                new Dictionary<string, FailpointAction>
                {
                    ["load:after-delete"] = new FailpointAction.Touch("/tmp/a"),
                    ["run:before-result"] = new FailpointAction.Kill(3, "/tmp/armed"),
                    ["after:queue.claim"] = new FailpointAction.Kill(1),
                }
            )
        );

    [TestCase("load:after-delete=touch /tmp/a", false, "Development")]
    [TestCase("load:before=touch /tmp/a", true, "is no failpoint")]
    [TestCase("after:queue.claims=kill 1", true, "is no failpoint")]
    [TestCase("during:queue.claim=kill 1", true, "is no failpoint")]
    [TestCase("load:after-delete=kill 0", true, "needs one action")]
    [TestCase("load:after-delete", true, "needs one action")]
    [TestCase("load:after-delete=kill", true, "needs one action")]
    [TestCase("load:after-delete=touch ", true, "needs one action")]
    [TestCase("load:after-delete=touch a;load:after-delete=touch b", true, "needs one action")]
    public void A_wrong_setting_is_one_line_that_names_the_variable(string text, bool isDevelopment, string message) =>
        Assert.That(
            () => FailpointSetting.Parse(text, isDevelopment),
            Throws
                .TypeOf<FormatException>()
                .With.Message.StartsWith("SCHEDULER_FAILPOINTS")
                .And.Message.Contains(message)
        );

    [Test]
    public async Task A_failpoint_signals_and_waits_for_its_go()
    {
        var signal = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid()}.reached");
        var time = new FakeTimeProvider();
        var failpoints = FailpointSetting.Create($"load:after-delete=touch {signal}", isDevelopment: true, time);
        await failpoints.ReachedAsync(Failpoint.RunBeforeResult, default);

        var reached = failpoints.ReachedAsync(Failpoint.LoadAfterDelete, default).AsTask();
        while (!File.Exists(signal))
        {
            await Task.Yield();
        }
        Assert.That(reached.IsCompleted, Is.False);
        await File.WriteAllTextAsync($"{signal}.go", "");
        while (!reached.IsCompleted)
        {
            await Task.Yield();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await reached;
        File.Delete(signal);
        File.Delete($"{signal}.go");
    }
}
