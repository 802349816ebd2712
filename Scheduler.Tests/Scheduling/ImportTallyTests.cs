using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Import;

namespace Scheduler.Tests.Scheduling;

[TestFixture]
internal sealed class ImportTallyTests
{
    [Test]
    public void Every_batch_adds_to_the_counts_of_those_before()
    {
        var tally = new ImportTally()
            .With(Answers(created: 1, changed: 2, unchanged: 3, refused: 4))
            .With(Answers(created: 10, changed: 20, unchanged: 30, refused: 40));

        Assert.That(
            (tally.Lines, tally.Created, tally.Changed, tally.Unchanged, tally.Refused),
            Is.EqualTo((110, 11, 22, 33, 44))
        );
    }

    private static List<ImportLineResponse> Answers(int created, int changed, int unchanged, int refused) =>
        [
            .. Of(ImportLineStatus.Created, created),
            .. Of(ImportLineStatus.Changed, changed),
            .. Of(ImportLineStatus.Unchanged, unchanged),
            .. Of(ImportLineStatus.Refused, refused),
        ];

    private static IEnumerable<ImportLineResponse> Of(ImportLineStatus status, int count) =>
        Enumerable.Repeat(new ImportLineResponse { Line = 1, Status = status }, count);
}
