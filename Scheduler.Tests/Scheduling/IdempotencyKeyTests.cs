using System.Security.Cryptography;
using System.Text;
using CsCheck;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Time;

namespace Scheduler.Tests.Scheduling;

public sealed class IdempotencyKeyTests
{
    private static readonly Instant Time = Given.Time("2025-01-01T00:00Z");

    [Test]
    public void The_layout_is_the_documented_one()
    {
        Assert.That(
            IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time, 0),
            Is.EqualTo(Hash("5:cfg-1,8:schedule,16:1735689600000000,1:0,"))
        );
        Assert.That(
            IdempotencyKey.Compute("caf\u00e9", Lane.Replay("run-1", 12), Instant.FromUnixTimeTicks(-15), 10),
            Is.EqualTo(Hash("5:caf\u00e9,15:replay:run-1:12,2:-2,2:10,"))
        );
    }

    [Test]
    public void It_never_changes_between_versions() =>
        Assert.That(
            IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time, 0),
            Is.EqualTo("1fbfd03f7f480951a81e3581914927f782e48deac0d2438dbf690134663eb956")
        );

    [Test]
    public void Parts_cannot_flow_into_each_other() =>
        Gen.Select(Gen.String[1, 6], Gen.String[1, 6], Gen.Int[1, 5])
            .Where((id, lane, moved) => moved < lane.Length && char.IsAscii(lane[0]))
            .Sample(
                (id, lane, moved) =>
                    IdempotencyKey.Compute(id, lane, Time, 0)
                    != IdempotencyKey.Compute(id + lane[..moved], lane[moved..], Time, 0)
            );

    [Test]
    public void Every_part_counts()
    {
        string[] keys =
        [
            IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time, 0),
            IdempotencyKey.Compute("cfg-2", Lane.Schedule, Time, 0),
            IdempotencyKey.Compute("cfg-1", Lane.Manual("a"), Time, 0),
            IdempotencyKey.Compute("cfg-1", Lane.Backfill("a"), Time, 0),
            IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time + Duration.FromTicks(10), 0),
            IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time, 1),
        ];

        Assert.That(keys, Is.Unique.And.All.Length.EqualTo(64));
    }

    [Test]
    public void Less_than_a_microsecond_does_not_count() =>
        Assert.That(
            IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time + Duration.FromNanoseconds(999), 0),
            Is.EqualTo(IdempotencyKey.Compute("cfg-1", Lane.Schedule, Time, 0))
        );

    [Test]
    public void Long_ids_and_the_ends_of_time_fit()
    {
        var id = new string('\u20ac', 100_000);

        Assert.That(
            IdempotencyKey.Compute(id, Lane.Manual(id), Time, int.MaxValue),
            Is.EqualTo(Hash($"300000:{id},300007:manual:{id},16:1735689600000000,10:2147483647,"))
        );
        Assert.That(IdempotencyKey.Compute("a", "b", Instant.MinValue, int.MinValue), Has.Length.EqualTo(64));
        Assert.That(IdempotencyKey.Compute("a", "b", Instant.MaxValue, 0), Has.Length.EqualTo(64));
    }

    [Test]
    public void A_missing_part_is_a_bug() =>
        Assert.That(() => IdempotencyKey.Compute("", Lane.Schedule, Time, 0), Throws.ArgumentException);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
