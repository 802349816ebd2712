using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Api.Commands;

/// <summary>The command <c>templates validate {folder}</c>, for whoever writes templates: reads files, serves nobody.</summary>
internal static class TemplatesCommand
{
    private const int Valid = 0;
    private const int Faulty = 1;
    private const int NotRun = 2;
    private const string Usage = "Usage: templates validate <folder>";

    public static bool IsAsked(string[] args) => args is ["templates", ..];

    /// <returns>0 when every template is right, 1 when one is not, 2 when the command is not understood.</returns>
    public static async Task<int> RunAsync(
        string[] args,
        IConfiguration configuration,
        IHostEnvironment environment,
        TextWriter output,
        TextWriter error
    )
    {
        if (args is not ["templates", "validate", var folder])
        {
            await error.WriteLineAsync(Usage);
            return NotRun;
        }
        try
        {
            var catalog = TemplateCatalog.Load(folder, Adapters(configuration, environment));
            foreach (var template in catalog.All)
            {
                await output.WriteLineAsync(
                    $"valid  {template.Provider}/{template.Domain}/{template.Name} {template.Version}"
                );
            }
            return Valid;
        }
        catch (TemplateException wrong)
        {
            foreach (var fault in wrong.Errors)
            {
                await error.WriteLineAsync(fault.ToString());
            }
            return Faulty;
        }
    }

    /// <summary>Those of this process: what a template may name as its adapter.</summary>
    private static IReadOnlyCollection<IExtractAdapter> Adapters(
        IConfiguration configuration,
        IHostEnvironment environment
    )
    {
        var services = new ServiceCollection();
        services.AddPipelines(configuration, environment);
        return [.. services.BuildServiceProvider().GetServices<IExtractAdapter>()];
    }
}
