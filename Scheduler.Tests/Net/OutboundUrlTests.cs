using NUnit.Framework;
using Scheduler.Core.Net;

namespace Scheduler.Tests.Net;

public sealed class OutboundUrlTests
{
    [TestCase("https://exports.example.com/a/b.csv", "exports.example.com", "https://exports.example.com/a/b.csv")]
    [TestCase("HTTPS://EXPORTS.Example.COM/A.csv", "exports.example.com", "https://exports.example.com/A.csv")]
    [TestCase("https://exports.example.com:8443/x", "exports.example.com", "https://exports.example.com:8443/x")]
    [TestCase("https://exports.example.com", "exports.example.com", "https://exports.example.com/")]
    [TestCase("https://bücher.example/x", "xn--bcher-kva.example", "https://bücher.example/x")]
    [TestCase("https://8.8.8.8/x", "8.8.8.8", "https://8.8.8.8/x")]
    [TestCase("https://[2606:4700:0::1111]/x", "2606:4700::1111", "https://[2606:4700::1111]/x")]
    [TestCase("http://exports.internal/x", "exports.internal", "http://exports.internal/x")]
    [TestCase("https://a_b.example/a/../%2e%2e/c d.csv?q", null, null)]
    [TestCase("https://e.example/a/../c%20d.csv?sig=canary&x=@", "e.example", "https://e.example/c%20d.csv")]
    public void A_url_is_shown_without_its_query(string text, string? host, string? shown)
    {
        var refusal = OutboundUrl.TryParse(text, out var url);

        Assert.That(refusal is null, Is.EqualTo(shown is not null), refusal);
        Assert.That((url?.Host, url?.ToString()), Is.EqualTo((host, shown)));
    }

    [TestCase("")]
    [TestCase("costs.csv")]
    [TestCase("/costs.csv")]
    [TestCase("//exports.example.com/costs.csv")]
    [TestCase("ftp://exports.example.com/costs.csv")]
    [TestCase("file:///etc/passwd")]
    [TestCase("gopher://exports.example.com/")]
    [TestCase("s3://bucket/costs.csv")]
    [TestCase("https:exports.example.com/costs.csv")]
    [TestCase("https:/exports.example.com/costs.csv")]
    [TestCase("https:///costs.csv")]
    [TestCase("https://:443/costs.csv")]
    [TestCase(" https://exports.example.com/")]
    [TestCase("https://exports.example.com/\n")]
    [TestCase("https://exports.example.com/\tx")]
    [TestCase("https://exports.example.com\\@127.0.0.1/")]
    [TestCase("https://user@exports.example.com/")]
    [TestCase("https://user:password@exports.example.com/")]
    [TestCase("https://@exports.example.com/")]
    [TestCase("https://exports.example.com@127.0.0.1/")]
    [TestCase("https://exports.example.com:443@127.0.0.1/")]
    [TestCase("https://exports.example.com/#x")]
    [TestCase("https://exports.example.com./")]
    [TestCase("https://exports..example.com/")]
    [TestCase("https://.example.com/")]
    [TestCase("https://*.example.com/")]
    [TestCase("https://exports.example.com:0/")]
    [TestCase("https://exports.example.com:65536/")]
    [TestCase("https://exports.example.com:44a/")]
    [TestCase("https://exports.example.com:-1/")]
    [TestCase("https://2130706433/")]
    [TestCase("https://0177.0.0.1/")]
    [TestCase("https://0x7f.0.0.1/")]
    [TestCase("https://0x7f000001/")]
    [TestCase("https://127.1/")]
    [TestCase("https://127.0.0.01/")]
    [TestCase("https://127.0.0.1./")]
    [TestCase("https://1.2.3.256/")]
    [TestCase("https://1.2.3.4.5/")]
    [TestCase("https://example.0x7f/")]
    [TestCase("https://１２７.0.0.1/")]
    [TestCase("https://127。0。0。1/")]
    [TestCase("https://①②⑦.0.0.1/")]
    [TestCase("https://[::1%25lo]/")]
    [TestCase("https://[fe80::1%25eth0]/")]
    [TestCase("https://[::1/")]
    [TestCase("https://::1/")]
    [TestCase("https://[v1.x]/")]
    [TestCase("https://exports.exam\u200Bple.com/")]
    [TestCase("https://exports.example.com%00.internal/")]
    [TestCase("https://%65xports.example.com/")]
    public void Any_other_text_is_refused(string text)
    {
        Assert.That(OutboundUrl.TryParse(text, out var url), Is.Not.Null);
        Assert.That(url, Is.Null);
    }

    [Test]
    public void A_url_has_at_most_4096_characters() =>
        Assert.That(OutboundUrl.TryParse("https://a.example/" + new string('a', 4096), out _), Does.Contain("4096"));
}
