namespace Scheduler.Core.Pipelines.Files;

/// <summary>Settings <c>Scheduler:Files:*</c>.</summary>
public sealed class FilesOptions
{
    /// <summary>Folder with one folder per customer id. Unset, no pipeline can read files.</summary>
    public string? Root { get; set; }

    /// <summary>Largest file in bytes. The default value is 1 GiB.</summary>
    public long MaxBytes { get; set; } = 1L << 30;
}
