using System.Text.Json.Nodes;
using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

[TestFixture]
internal sealed class MergePatchTests
{
    private static readonly Gen<string> Document = Gen.Recursive<string>(
        (depth, self) =>
            depth > 2
                ? Gen.OneOf("1", "null", "\"a\"", "[null, 1]", "true")
                : Gen.OneOf(
                    Gen.OneOf("1", "null", "\"b\"", "[{\"a\": null}]"),
                    Gen.Select(Gen.OneOf("a", "b", "c"), self)
                        .Array[0, 3]
                        .Select(members =>
                            $"{{{string.Join(",", members.DistinctBy(it => it.Item1).Select(it => $"\"{it.Item1}\": {it.Item2}"))}}}"
                        )
                )
    );

    private static readonly Gen<string> Object = Document.Where(text => text.StartsWith('{'));

    // The examples of RFC 7396, appendix A.
    [TestCase("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [TestCase("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [TestCase("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [TestCase("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [TestCase("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [TestCase("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [TestCase("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [TestCase("""{"a":"foo"}""", "null", "null")]
    [TestCase("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [TestCase("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [TestCase("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [TestCase("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [TestCase(null, null, "{}")]
    [TestCase(null, """{"a":1}""", """{"a":1}""")]
    [TestCase("""{"a":1}""", null, """{"a":1}""")]
    public void It_does_what_the_standard_says(string? target, string? patch, string merged) =>
        Assert.That(MergePatch.Apply(target, patch), Is.EqualTo(merged));

    [Test]
    public void A_patch_that_was_made_changes_nothing_more() =>
        Gen.Select(Object, Document)
            .Sample(
                (target, patch) =>
                {
                    var once = MergePatch.Apply(target, patch);
                    return Same(MergePatch.Apply(once, patch), once);
                },
                iter: Cases.Of(2_000)
            );

    [Test]
    public void An_empty_patch_changes_nothing() =>
        Object.Sample(target => Same(MergePatch.Apply(target, "{}"), target), iter: Cases.Of(500));

    private static bool Same(string one, string other) =>
        JsonNode.DeepEquals(JsonNode.Parse(one), JsonNode.Parse(other));
}
