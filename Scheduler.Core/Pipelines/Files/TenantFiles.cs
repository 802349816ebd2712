using Microsoft.Extensions.Options;
using Scheduler.Core.Datasets;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>
/// The files that a customer's pipelines may read: regular files whose real path lies in
/// <c>{root}/{customer_id}/</c>. On Linux the opened handle itself is checked; elsewhere links are refused altogether.
/// </summary>
public sealed class TenantFiles(IOptions<FilesOptions> options)
{
    private const int NoSuchFile = 2;
    private const int NotAFolder = 20;

    /// <summary>Opens one file for reading.</summary>
    /// <param name="customerId">Whose folder.</param>
    /// <param name="path">Relative to that folder, with forward slashes.</param>
    public FileOpening Open(string customerId, string path)
    {
        if (options.Value.Root is not { Length: > 0 } root)
        {
            return Invalid("Files cannot be read here: the operator has not set Scheduler__Files__Root.");
        }
        if (!DatasetId.TryCreate(customerId, out _, out _))
        {
            return Invalid("The customer id cannot name a folder.");
        }
        if (RelativePath.Refusal(path) is { } refusal)
        {
            return Invalid($"The path {refusal}.");
        }
        var opening = OperatingSystem.IsLinux()
            ? OpenOnLinux(root, customerId, path)
            : OpenWithoutLinks(Path.Combine(Path.GetFullPath(root), customerId), path);
        return opening is FileOpening.Opened { Stream: { } stream } && stream.Length > options.Value.MaxBytes
            ? TooLarge(stream, path)
            : opening;
    }

    private static FileOpening OpenOnLinux(string root, string customerId, string path)
    {
        using var rootHandle = LinuxFile.Open(Path.GetFullPath(root), out _);
        if (rootHandle is null || LinuxFile.RealPath(rootHandle) is not { } realRoot)
        {
            return Invalid("The operator's folder Scheduler__Files__Root cannot be opened.");
        }
        // Only the root may be a link: the customer's folder must be where it is named, not in another customer's.
        var folder = $"{realRoot.TrimEnd('/')}/{customerId}/";
        var handle = LinuxFile.Open(folder + path, out var error);
        if (handle is null)
        {
            return error is NoSuchFile or NotAFolder ? NotFound(path) : Invalid($"'{path}' cannot be opened.");
        }
        var isInside = LinuxFile.RealPath(handle) is { } real && real.StartsWith(folder, StringComparison.Ordinal);
        if (!isInside || !LinuxFile.IsOwnRegularFile(handle))
        {
            handle.Dispose();
            return Invalid($"'{path}' is not a regular file in your folder.");
        }
        return new FileOpening.Opened(new FileStream(handle, FileAccess.Read));
    }

    private static FileOpening OpenWithoutLinks(string folder, string path)
    {
        var current = folder;
        foreach (var part in path.Split('/').Prepend(""))
        {
            current = Path.Combine(current, part);
            var info = new FileInfo(current);
            if (info.LinkTarget is not null || (info.Exists && (info.Attributes & FileAttributes.Device) != 0))
            {
                return Invalid($"'{path}' is not a regular file in your folder.");
            }
        }
        if (!File.Exists(current))
        {
            return NotFound(path);
        }
        try
        {
            return new FileOpening.Opened(new FileStream(current, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (UnauthorizedAccessException)
        {
            return Invalid($"'{path}' cannot be opened.");
        }
    }

    private FileOpening.Refused TooLarge(FileStream stream, string path)
    {
        var length = stream.Length;
        stream.Dispose();
        return Invalid($"'{path}' has {length} bytes; files may have at most {options.Value.MaxBytes}.");
    }

    private static FileOpening.Refused Invalid(string message) => new(ErrorType.InvalidConfiguration, message);

    private static FileOpening.Refused NotFound(string path) =>
        new(ErrorType.ResourceNotFound, $"There is no file '{path}' in your folder.");
}
