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
    /// What the source has changed since <see cref="ExtractRequest.Watermarks"/>; null where it cannot tell. Asked before the extraction,
    /// and only by templates with <c>restate: touched_days</c> (not for days that the run names) or <c>changed_parts</c>.
    /// </summary>
    Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<SourceChanges?>(null);

    /// <summary>Pages in order. Failures come as <see cref="PipelineException"/> or as what the transport threw.</summary>
    IAsyncEnumerable<ExtractPage> ExtractAsync(ExtractRequest request, CancellationToken cancellationToken);
}
