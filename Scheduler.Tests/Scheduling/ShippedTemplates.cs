using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Tests.Pipelines;

namespace Scheduler.Tests.Scheduling;

/// <summary>The templates that ship, read once.</summary>
internal static class ShippedTemplates
{
    private static readonly Lazy<TemplateCatalog> All = new(Load);

    public static TemplateCatalog Catalog => All.Value;

    private static TemplateCatalog Load()
    {
        using var bench = new PipelineBench();
        var files = new FilesOptions { Root = bench.FilesRoot };
        return TemplateCatalog.Load(
            PipelineBench.TemplatesFolder,
            [PipelineBench.FileAdapter(files, bench.Time), .. bench.ProviderAdapters()]
        );
    }
}
