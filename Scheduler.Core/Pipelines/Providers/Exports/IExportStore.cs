using NodaTime;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Exports;

/// <summary>Where a provider delivers an export, month by month. Belongs to one run; disposing it ends its session.</summary>
internal interface IExportStore : IDisposable
{
    /// <summary>The name of a month's watermark: different exports of one source have different ones.</summary>
    /// <param name="month">Its first day.</param>
    string MarkOf(LocalDate month);

    /// <summary>What is there of a month; null when nothing is.</summary>
    /// <param name="month">Its first day.</param>
    /// <exception cref="PipelineException">SCHEMA_DRIFT where what lists the files has another form or names others than the export's own.</exception>
    Task<ExportMonth?> FindAsync(LocalDate month, CancellationToken cancellationToken);

    /// <summary>Downloads one file of a month; the answer is empty when it is gone.</summary>
    /// <param name="name">As the month names it.</param>
    /// <param name="file">Where to.</param>
    Task<ProviderAnswer> DownloadAsync(string name, string file, CancellationToken cancellationToken);
}
