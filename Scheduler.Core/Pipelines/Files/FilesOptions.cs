namespace Scheduler.Core.Pipelines.Files;

/// <summary>Settings <c>Scheduler:Files:*</c>.</summary>
public sealed class FilesOptions
{
    /// <summary>Folder with one folder per customer id. Unset, no pipeline can read files of this host.</summary>
    public string? Root { get; set; }

    /// <summary>Largest file in bytes, on disk or at a URL. The default value is 1 GiB.</summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Hosts whose URLs may be read, as <see cref="Net.HostList"/> has them. The default value is empty: no URLs.
    /// </summary>
    public string AllowedHosts { get; set; } = "";
}
