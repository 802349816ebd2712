using NUnit.Framework;
using Scheduler.Core.Pipelines.Files;

namespace Scheduler.Tests.Pipelines.Files;

public sealed class RelativePathTests
{
    [TestCase("costs.csv")]
    [TestCase("2026/10/costs.csv")]
    [TestCase("a b/c..d/..x/.hidden/x~.csv")]
    [TestCase("übersicht/データ.csv")]
    [TestCase("100%.csv")]
    public void An_ordinary_relative_path_passes(string path) => Assert.That(RelativePath.Refusal(path), Is.Null);

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("/etc/passwd")]
    [TestCase("//etc/passwd")]
    [TestCase("..")]
    [TestCase("../x.csv")]
    [TestCase("../other_co/costs.csv")]
    [TestCase("a/../../x.csv")]
    [TestCase("a/..")]
    [TestCase("./x.csv")]
    [TestCase("a/./x.csv")]
    [TestCase("a//x.csv")]
    [TestCase("a/")]
    [TestCase("~")]
    [TestCase("~/x.csv")]
    [TestCase("~root/x.csv")]
    [TestCase("a/~root/x.csv")]
    [TestCase("a\\b.csv")]
    [TestCase("..\\x.csv")]
    [TestCase("\\\\host\\share\\x.csv")]
    [TestCase("C:\\x.csv")]
    [TestCase("c:/x.csv")]
    [TestCase("file:///etc/passwd")]
    [TestCase("file:x.csv")]
    [TestCase("http://127.0.0.1/x.csv")]
    [TestCase("https://example.com/x.csv")]
    [TestCase("s3://bucket/x.csv")]
    [TestCase(" https://example.com/x.csv")]
    [TestCase("x.csv\0.png")]
    [TestCase("\0")]
    [TestCase("a\n.csv")]
    [TestCase("a\r.csv")]
    [TestCase("a\t/x.csv")]
    [TestCase("a\u001b[2J.csv")]
    [TestCase(" a.csv")]
    [TestCase("a /x.csv")]
    [TestCase("%2e%2e/x.csv")]
    [TestCase("%2E%2E%2Fx.csv")]
    [TestCase("..%2fx.csv")]
    [TestCase("..%5cx.csv")]
    [TestCase("x%00.csv")]
    [TestCase("%252e%252e/x.csv")]
    [TestCase("\u2024\u2024/x.csv")]
    [TestCase("\u2025/x.csv")]
    [TestCase("\uFF0E\uFF0E/x.csv")]
    [TestCase("..\uFF0Fx.csv")]
    [TestCase("..\u2215x.csv")]
    [TestCase("..\u2044x.csv")]
    [TestCase("..\uFF3Cx.csv")]
    [TestCase("a\u202Efdc.csv")]
    [TestCase("a\u200B/x.csv")]
    [TestCase("\uFEFFx.csv")]
    [TestCase("a\u2028b.csv")]
    [TestCase("a\uE000.csv")]
    public void Every_other_path_is_refused(string path) => Assert.That(RelativePath.Refusal(path), Is.Not.Null);

    [Test]
    public void A_path_has_at_most_1024_characters() =>
        Assert.That(RelativePath.Refusal(new string('a', 1025)), Is.Not.Null);
}
