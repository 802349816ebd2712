using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Systemd;

/// <summary>What a unit of <c>infra/systemd</c> says of the process that it starts.</summary>
internal sealed class Unit
{
    private readonly ILookup<string, string> lines;

    private Unit(ILookup<string, string> lines) => this.lines = lines;

    public static string Folder => Path.Combine(Repository.Root, "infra/systemd");

    /// <param name="instance">What stands for %i.</param>
    public static Unit Read(string file, string instance = "") =>
        new(
            File.ReadLines(Path.Combine(Folder, file))
                .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
                .Select(line => line.Replace("%i", instance, StringComparison.Ordinal).Split('=', 2))
                .ToLookup(line => line[0], line => line[1])
        );

    /// <summary>The value of a line that stands there once.</summary>
    public string this[string name] => lines[name].Single();

    /// <summary>Settings that the unit itself makes.</summary>
    public IEnumerable<string> Environment => lines["Environment"];
}
