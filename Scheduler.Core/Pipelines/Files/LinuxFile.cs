using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>Opens first and asks questions of the open handle: nothing that is swapped in between can be read.</summary>
internal static partial class LinuxFile
{
    // The same numbers on x64 and arm64. Non-blocking: opening a pipe must not wait for its writer.
    private const int ReadOnly = 0;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    private const int EmptyPath = 0x1000;
    private const uint TypeAndLinksMask = 0x1 | 0x4;
    private const int StatxLinksOffset = 16;
    private const int StatxSize = 256;
    private const int StatxModeOffset = 28;
    private const int FileTypeBits = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>Null when the system refuses; the error number says why.</summary>
    public static SafeFileHandle? Open(string path, out int error)
    {
        var descriptor = OpenFile(path, ReadOnly | NoControllingTerminal | NonBlocking | CloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Where the open file really is, after every link.</summary>
    public static string? RealPath(SafeFileHandle handle) =>
        new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;

    /// <summary>
    /// Whether it is a plain file with this one name, and no folder, device, pipe or socket. Of a file with several names (hard links)
    /// nobody can tell in whose folder the others are.
    /// </summary>
    public static bool IsOwnRegularFile(SafeFileHandle handle)
    {
        Span<byte> answer = stackalloc byte[StatxSize];
        if (
            Statx(
                (int)handle.DangerousGetHandle(),
                "",
                EmptyPath,
                TypeAndLinksMask,
                ref MemoryMarshal.GetReference(answer)
            ) != 0
        )
        {
            return false;
        }
        var mode = MemoryMarshal.Read<ushort>(answer[StatxModeOffset..]);
        var links = MemoryMarshal.Read<uint>(answer[StatxLinksOffset..]);
        return (mode & FileTypeBits) == RegularFile && links == 1;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte answer);
}
