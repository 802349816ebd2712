using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>How an import went: the document of its row in the audit trail.</summary>
public sealed record ImportTally
{
    public long Lines { get; init; }
    public long Created { get; init; }
    public long Changed { get; init; }
    public long Unchanged { get; init; }
    public long Refused { get; init; }

    /// <summary>Bytes of the body that were read.</summary>
    public long Bytes { get; init; }

    /// <summary>SHA-256 of those bytes, lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>False when the caller went away, the body was too large, or the store failed: then the counts say how far it came.</summary>
    public bool IsComplete { get; init; }

    public ImportTally With(IReadOnlyList<ImportLineResponse> answers) =>
        this with
        {
            Lines = Lines + answers.Count,
            Created = Created + Count(answers, ImportLineStatus.Created),
            Changed = Changed + Count(answers, ImportLineStatus.Changed),
            Unchanged = Unchanged + Count(answers, ImportLineStatus.Unchanged),
            Refused = Refused + Count(answers, ImportLineStatus.Refused),
        };

    private static int Count(IReadOnlyList<ImportLineResponse> answers, ImportLineStatus status) =>
        answers.Count(answer => answer.Status == status);
}
