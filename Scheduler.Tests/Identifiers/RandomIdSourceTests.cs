using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Identifiers;

namespace Scheduler.Tests.Identifiers;

[TestFixture]
internal sealed class RandomIdSourceTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 29, 1, 0);

    [Test]
    public void Identifiers_of_one_instant_sort_in_the_order_of_their_making()
    {
        var ids = new RandomIdSource();

        var made = Enumerable.Range(0, 40_000).Select(_ => ids.NewId(Now)).ToList();

        Assert.That(made, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
    }

    [Test]
    public void An_identifier_is_a_version_7_uuid_of_its_instant()
    {
        var id = Guid.Parse(new RandomIdSource().NewId(Now));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(id.Version, Is.EqualTo(7));
            Assert.That(id.Variant, Is.InRange(8, 11));
            Assert.That(
                Convert.ToInt64(id.ToString("N")[..12], fromBase: 16),
                Is.EqualTo(Now.ToUnixTimeMilliseconds())
            );
        }
    }

    [Test]
    public void Two_sources_make_different_identifiers_for_one_instant()
    {
        var (one, other) = (new RandomIdSource(), new RandomIdSource());

        Assert.That(Enumerable.Range(0, 1_000).SelectMany(_ => new[] { one.NewId(Now), other.NewId(Now) }), Is.Unique);
    }
}
