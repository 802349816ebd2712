using System.Diagnostics;
using System.Net;

namespace Scheduler.Tests.Campaigns;

/// <summary>
/// A network namespace with one cable to this machine (ip-netns(8), veth(4)): what runs in it reaches nothing but <see cref="Here"/>, and
/// the cable can be cut, or be deaf in one direction. Takes root and iproute2.
/// </summary>
internal sealed class NetworkPlace : IAsyncDisposable
{
    private static int made;
    private readonly string name;
    private readonly string outside;
    private readonly string inside;

    private NetworkPlace(int number)
    {
        var id = $"{Environment.ProcessId % 100_000}x{number}";
        name = $"scheduler-{id}";
        (outside, inside) = ($"so{id}", $"si{id}");
        // RFC 2544 keeps 198.18.0.0/15 for tests of networks: four addresses for each place, 64 places for each process.
        var block = ((Environment.ProcessId * 64) + (number % 64)) % (1 << 15);
        Here = Address(block, 1);
        There = Address(block, 2);
    }

    /// <summary>Null where the machine lets this process make namespaces.</summary>
    public static string? Unable { get; } = Try();

    /// <summary>This side's address.</summary>
    public IPAddress Here { get; }

    private IPAddress There { get; }

    /// <summary>The command in front of a program that shall run there.</summary>
    public string[] Launcher => ["ip", "netns", "exec", name];

    public static async Task<NetworkPlace> CreateAsync()
    {
        var place = new NetworkPlace(Interlocked.Increment(ref made));
        await Ip($"netns add {place.name}");
        await Ip($"link add {place.outside} type veth peer name {place.inside}");
        await Ip($"link set {place.inside} netns {place.name}");
        await Ip($"addr add {place.Here}/30 dev {place.outside}");
        await Ip($"link set {place.outside} up");
        await Ip($"-n {place.name} addr add {place.There}/30 dev {place.inside}");
        await Ip($"-n {place.name} link set {place.inside} up");
        await Ip($"-n {place.name} link set lo up");
        return place;
    }

    /// <summary>Nothing passes in either direction.</summary>
    public Task CutAsync() => Ip($"link set {outside} down");

    /// <summary>What is sent from there does not arrive; what is sent there does.</summary>
    public Task SilenceAsync() => Ip($"-n {name} route add blackhole {Here}/32");

    /// <summary>What is sent there does not arrive; what is sent from there does.</summary>
    public Task DeafenAsync() => Ip($"route add blackhole {There}/32");

    /// <summary>The cable is whole again.</summary>
    public async Task MendAsync()
    {
        await Ip($"link set {outside} up");
        await Ip($"-n {name} route del blackhole {Here}/32", mayFail: true);
        await Ip($"route del blackhole {There}/32", mayFail: true);
    }

    public async ValueTask DisposeAsync()
    {
        await MendAsync();
        await Ip($"link del {outside}", mayFail: true);
        await Ip($"netns del {name}", mayFail: true);
    }

    private static IPAddress Address(int block, int host)
    {
        var offset = (block * 4) + host;
        return new IPAddress([198, (byte)(18 + (offset >> 16)), (byte)(offset >> 8), (byte)offset]);
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "network namespaces take root on Linux";
        }
        try
        {
            var place = CreateAsync().GetAwaiter().GetResult();
            place.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"no network namespace can be made here: {failure.Message}";
        }
    }

    private static async Task Ip(string arguments, bool mayFail = false)
    {
        var start = new ProcessStartInfo("ip", arguments) { RedirectStandardError = true };
        using var ip = Process.Start(start)!;
        var error = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        if (ip.ExitCode != 0 && !mayFail)
        {
            throw new InvalidOperationException($"ip {arguments}: {error.Trim()}");
        }
    }
}
