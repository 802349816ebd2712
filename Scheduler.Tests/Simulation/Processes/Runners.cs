using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Pipelines;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>The pipelines of the simulation: the probe that ships with the product, run by the product's runner.</summary>
internal static class Runners
{
    /// <summary>Read once for all histories.</summary>
    public static TemplateCatalog Templates { get; } = Load();

    public static IOptions<PipelineOptions> Options { get; } =
        Microsoft.Extensions.Options.Options.Create(
            new PipelineOptions { AllowProbe = true, WorkerName = "simulated" }
        );

    public static IPipelineRunner Create(TimeProvider time)
    {
        var writer = new NoDatasets();
        return new PipelineRunner(
            Templates,
            new CostRun([], writer, new RunCredential(new SecretVault(new TestCipher())), time),
            new ProbeRun(Options, time),
            writer,
            new NoFailpoints(),
            time,
            Options,
            NullLogger<PipelineRunner>.Instance
        );
    }

    private static TemplateCatalog Load()
    {
        var file = Path.Combine(PipelineBench.TemplatesFolder, "system.test.probe.yaml");
        var folder = Directory.CreateTempSubdirectory("scheduler-probe-");
        try
        {
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            return TemplateCatalog.Load(folder.FullName, []);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
