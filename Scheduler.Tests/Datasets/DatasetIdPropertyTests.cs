using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Tests.Api;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets;

[TestFixture]
internal sealed class DatasetIdPropertyTests
{
    private static readonly string[] Taken = ["customers", "information_schema", "main", "temp", "system"];

    private static readonly Gen<string> Any = Gen.OneOf(
        Gen.String,
        Gen.Char["abzAZ019_"].Array[0, 55].Select(chosen => new string(chosen)),
        Gen.Char["ab_-.`'\"/\\ \0\nä\u0130\u212a\uff41"].Array[1, 12].Select(chosen => new string(chosen)),
        Gen.OneOf(HostileText.All.ToArray()),
        Gen.Select(Gen.OneOf("_", "pg_", "PG_", "Scheduler_", "main", "TEMP"), Gen.OneOf("", "acme", "x"))
            .Select(both => both.Item1 + both.Item2)
    );

    [Test]
    public void A_name_is_made_of_what_can_be_one_and_of_nothing_else() =>
        Any.Sample(
            text =>
            {
                var isMade = DatasetId.TryCreate(text, out var id, out var error);

                Assert.That(isMade, Is.EqualTo(CanBeOne(text)));
                Assert.That(isMade ? id!.Value : null, Is.EqualTo(isMade ? Lower(text) : null));
                Assert.That(error, isMade ? Is.Null : Is.Not.Empty);
            },
            iter: Cases.Of(20_000)
        );

    [Test]
    public void A_name_is_its_own_name() =>
        Any.Where(CanBeOne)
            .Sample(
                text =>
                    DatasetId.TryCreate(text, out var id, out _)
                    && DatasetId.TryCreate(id.Value, out var again, out _)
                    && again == id,
                iter: Cases.Of(2_000)
            );

    // The rule once more, letter by letter.
    private static bool CanBeOne(string text) =>
        text.Length is >= 3 and <= 50
        && text.All(letter => letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_')
        && !Taken.Contains(Lower(text))
        && text[0] != '_'
        && !Lower(text).StartsWith("pg_", StringComparison.Ordinal)
        && !Lower(text).StartsWith("scheduler_", StringComparison.Ordinal);

    private static string Lower(string text) =>
        string.Concat(text.Select(letter => letter is >= 'A' and <= 'Z' ? (char)(letter + 32) : letter));
}
