using NUnit.Framework;
using Scheduler.Core.Net;

namespace Scheduler.Tests.Net;

public sealed class HostListTests
{
    private const string List =
        "exports.example.com, Other.Example.com:8443, bücher.example, private:exports.internal, "
        + "private:10.0.0.5:8080, private:[fd12::1]:8080, 8.8.8.8";

    [TestCase("https://exports.example.com/x")]
    [TestCase("https://EXPORTS.example.com:443/x")]
    [TestCase("https://other.example.com:8443/x")]
    [TestCase("https://xn--bcher-kva.example/x")]
    [TestCase("https://exports.internal/x")]
    [TestCase("http://exports.internal/x")]
    [TestCase("http://10.0.0.5:8080/x")]
    [TestCase("https://10.0.0.5:8080/x")]
    [TestCase("http://[fd12:0::1]:8080/x")]
    [TestCase("https://8.8.8.8/x")]
    public void A_listed_host_and_port_is_found(string url) => Assert.That(Find(url), Is.Not.Null);

    [TestCase("http://exports.example.com/x")]
    [TestCase("http://exports.example.com:443/x")]
    [TestCase("https://exports.example.com:8443/x")]
    [TestCase("https://other.example.com/x")]
    [TestCase("http://other.example.com:8443/x")]
    [TestCase("https://a.exports.example.com/x")]
    [TestCase("https://example.com/x")]
    [TestCase("https://exports.example.com.evil.example/x")]
    [TestCase("https://exports-example.com/x")]
    [TestCase("http://exports.internal:8080/x")]
    [TestCase("http://10.0.0.5/x")]
    [TestCase("http://10.0.0.6:8080/x")]
    public void Everything_else_is_not(string url) => Assert.That(Find(url), Is.Null);

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" , ")]
    public void Nothing_is_the_empty_list(string? text)
    {
        Assert.That(HostList.TryParse(text, out var list), Is.Null);
        Assert.That(list!.IsEmpty);
    }

    [TestCase("https://a.example", "host or host:port")]
    [TestCase("a.example/path", "host or host:port")]
    [TestCase("*.example.com", "host or host:port")]
    [TestCase("user@a.example", "host or host:port")]
    [TestCase("a.example:", "host or host:port")]
    [TestCase("a.example:70000", "host or host:port")]
    [TestCase("a.example.", "host or host:port")]
    [TestCase("a example", "host or host:port")]
    [TestCase("private:", "host or host:port")]
    [TestCase("public:a.example", "host or host:port")]
    [TestCase("2130706433", "host or host:port")]
    [TestCase("127.0.0.1", "write private:127.0.0.1")]
    [TestCase("[::1]:8080", "write private:[::1]:8080")]
    [TestCase("169.254.169.254", "never connected to")]
    [TestCase("private:169.254.169.254", "never connected to")]
    [TestCase("private:0.0.0.0:80", "never connected to")]
    [TestCase("a.example,private:A.example", "twice")]
    public void A_wrong_entry_is_named_with_what_would_be_right(string text, string message)
    {
        Assert.That(HostList.TryParse(text, out var list), Does.Contain(message));
        Assert.That(list, Is.Null);
    }

    private static AllowedHost? Find(string url)
    {
        Assert.That(HostList.TryParse(List, out var list), Is.Null);
        return list!.Find(new Uri(url));
    }
}
