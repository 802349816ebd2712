using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines;

/// <summary>Reads the templates and the failpoints when the host starts, so that a fault stops it then and not at 2 am.</summary>
internal sealed class PipelineStartup(
    IEnumerable<IExtractAdapter> adapters,
    IConfiguration configuration,
    IHostEnvironment environment
) : IValidateOptions<PipelineOptions>
{
    public ValidateOptionsResult Validate(string? name, PipelineOptions options)
    {
        try
        {
            TemplateCatalog.Load(options.TemplatesPath, [.. adapters]);
            TestSettings.Check(configuration, environment.IsDevelopment());
            return ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (exception is TemplateException or FormatException)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
