namespace Scheduler.Core.Pipelines;

/// <summary>Settings <c>Scheduler:AllowProbe</c>, <c>Scheduler:Templates:Path</c> and <c>WORKER_ID</c>.</summary>
public sealed class PipelineOptions
{
    /// <summary>Folder of the templates. The default value is the folder beside the program that ships with it.</summary>
    public string TemplatesPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "Pipelines", "Templates");

    /// <summary>Whether SYSTEM/TEST/probe may run here. The default value is true in Development, else false.</summary>
    public bool AllowProbe { get; set; }

    /// <summary>Stands in the customer's run log. The default value is made of the host's name and the process id.</summary>
    public string WorkerName { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";
}
