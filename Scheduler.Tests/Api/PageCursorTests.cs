using System.Buffers.Text;
using System.Text;
using CsCheck;
using NUnit.Framework;
using Scheduler.Api.Paging;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

[TestFixture]
internal sealed class PageCursorTests
{
    private static readonly Gen<string> Value = Gen.Char["abc012-:.TZ_ \"\\{}[],\u00e4\u20ac\n"]
        .Array[0, 30]
        .Select(chosen => new string(chosen));

    [Test]
    public void A_cursor_is_read_as_it_was_written() =>
        Value
            .Array[1, 3]
            .Sample(
                values =>
                {
                    var cursor = PageCursor.Write(values);

                    Assert.That(cursor, Does.Match("^[A-Za-z0-9_-]*$"), "goes into an address as it is");
                    Assert.That(
                        PageCursor.Read(cursor, values.Length),
                        cursor.Length <= 512 ? Is.EqualTo(values) : Is.Null
                    );
                    Assert.That(PageCursor.Read(cursor, values.Length + 1), Is.Null);
                },
                iter: Cases.Of(3_000)
            );

    [Test]
    public void Whatever_else_is_sent_is_a_cursor_or_is_refused()
    {
        var json = Gen.OneOf(
            Gen.OneOf(
                "null",
                "[]",
                "[null]",
                "[1]",
                "[[\"a\"]]",
                "{}",
                "\"a\"",
                "[\"a\"",
                "[\"a\\u0000\"]",
                "[\"\\ud800\"]"
            ),
            Gen.Char["[]{}\",:a\\0nul"].Array[0, 20].Select(chosen => new string(chosen)),
            Gen.Const(new string('[', 380))
        );

        Gen.OneOf(
                Gen.String,
                Gen.Char["AZaz09-_+/= \n"].Array[0, 40].Select(chosen => new string(chosen)),
                json.Select(text => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))),
                Gen.Byte.Array[0, 40].Select(bytes => Base64Url.EncodeToString(bytes))
            )
            .Sample(
                text =>
                    PageCursor.Read(text, 1) is not { } values
                    || (
                        values is [{ } value]
                        && !value.Contains('\0')
                        && PageCursor.Read(PageCursor.Write(values), 1)!.SequenceEqual(values)
                    ),
                iter: Cases.Of(20_000)
            );
    }
}
