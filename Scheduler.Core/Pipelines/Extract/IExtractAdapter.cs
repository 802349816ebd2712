using NodaTime;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Extract;

/// <summary>
/// Reads one kind of source. Adapters know nothing of databases, templates or encryption: the runner owns windowing,
/// staging, load and logging.
/// </summary>
public interface IExtractAdapter
{
    /// <summary>The name templates use, such as <c>focus.file</c>.</summary>
    string Name { get; }

    /// <summary>The type of credential needed, <c>none</c>, or a type followed by <c>optional</c>.</summary>
    string Credential { get; }

    /// <summary>Whether an extraction with these options presents a credential: one that is not needed is not opened.</summary>
    bool UsesCredential(ResolvedValues options) => true;

    IReadOnlyList<AdapterOption> Options { get; }

    /// <summary>
    /// The earliest day, before the window asked for, of which the source has changed something since
    /// <see cref="ExtractRequest.ChangedSince"/>; null where there is none or the source cannot tell. Asked only by templates
    /// with <c>restate: touched_days</c>.
    /// </summary>
    Task<LocalDate?> EarliestChangeAsync(ExtractRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<LocalDate?>(null);

    /// <summary>Pages in order. Failures come as <see cref="PipelineException"/> or as what the transport threw.</summary>
    IAsyncEnumerable<ExtractPage> ExtractAsync(ExtractRequest request, CancellationToken cancellationToken);
}
