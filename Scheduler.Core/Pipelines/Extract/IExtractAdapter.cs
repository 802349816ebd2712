namespace Scheduler.Core.Pipelines.Extract;

/// <summary>
/// Reads one kind of source. Adapters know nothing of databases, templates or encryption: the runner owns windowing,
/// staging, load and logging.
/// </summary>
public interface IExtractAdapter
{
    /// <summary>The name templates use, such as <c>focus.file</c>.</summary>
    string Name { get; }

    /// <summary>The kind of credential needed, or <c>none</c>.</summary>
    string Credential { get; }

    IReadOnlyList<AdapterOption> Options { get; }

    /// <summary>Pages in order. Failures come as <see cref="PipelineException"/> or as what the transport threw.</summary>
    IAsyncEnumerable<ExtractPage> ExtractAsync(ExtractRequest request, CancellationToken cancellationToken);
}
