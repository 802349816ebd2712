using NUnit.Framework;
using Scheduler.Core.Net;

namespace Scheduler.Tests.Net;

public sealed class OutboundTargetTests
{
    [TestCase("https://hooks.slack.com/services/T0/B0/secret")]
    [TestCase("https://example.com:8443/x?y=z")]
    [TestCase("http://127.0.0.1:5000/x")]
    [TestCase("http://localhost:5000/x")]
    [TestCase("http://[::1]:5000/x")]
    [TestCase("private:https://hooks.internal:9443/x")]
    [TestCase("private:https://10.0.0.5/x")]
    public void A_url_that_may_be_called(string text)
    {
        Assert.That(OutboundTarget.TryParse(text, out var target), Is.Null);
        Assert.That(target!.Find(target.Address), Is.Not.Null);
    }

    [TestCase("hooks.slack.com/services/secret")]
    [TestCase("http://hooks.slack.com/services/secret")]
    [TestCase("private:http://hooks.internal/secret")]
    [TestCase("ftp://example.com/secret")]
    [TestCase("https://user:secret@example.com/")]
    [TestCase("https://example.com/secret#part")]
    [TestCase("https://example.com:22/secret")]
    [TestCase("https://example.com:80/secret")]
    [TestCase("https://127.0.0.1/secret")]
    [TestCase("https://[::1]/secret")]
    [TestCase("https://10.0.0.5/secret")]
    [TestCase("https://[::ffff:10.0.0.5]/secret")]
    [TestCase("https://169.254.169.254/secret")]
    [TestCase("private:https://169.254.169.254/secret")]
    [TestCase("private:https://[fd00:ec2::254]/secret")]
    [TestCase("https://0x7f.1/secret")]
    [TestCase("https://2130706433/secret")]
    [TestCase("https://example.com./secret")]
    [TestCase("https://exa mple.com/secret")]
    [TestCase("https://")]
    public void A_url_that_may_not_be_called_is_refused_without_being_repeated(string text)
    {
        var refusal = OutboundTarget.TryParse(text, out var target);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal, Is.Not.Null.And.Not.Contain("secret"));
            Assert.That(target, Is.Null);
        }
    }

    [TestCase("https://other.example.com/x")]
    [TestCase("https://example.com:8443/x")]
    [TestCase("http://example.com/x")]
    public void Nothing_else_is_admitted(string other)
    {
        _ = OutboundTarget.TryParse("https://example.com/x", out var target);

        Assert.That(target!.Find(new Uri(other)), Is.Null);
    }
}
