using System.Diagnostics.CodeAnalysis;

namespace Scheduler.Tests.Checks;

/// <summary>What is to be measured, and on what.</summary>
/// <param name="Names">Categories or parts of names; none means everything.</param>
/// <param name="Engine">sqlite or postgres; null leaves it to the environment.</param>
/// <param name="Tsv">Where the figures are kept; null where they are only shown.</param>
internal sealed record BenchmarkCall(IReadOnlyList<string> Names, string? Engine, string? Tsv)
{
    public const string Usage = "benchmark [name ...] [--engine sqlite|postgres] [--tsv file]";

    /// <summary>For the test platform: the measurements, and of them those that have one of the names.</summary>
    public string Filter =>
        Names.Count == 0
            ? "TestCategory=Benchmark"
            : $"TestCategory=Benchmark&({string.Join('|', Names.Select(name => $"TestCategory={name}|FullyQualifiedName~{name}Benchmark"))})";

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out BenchmarkCall? call)
    {
        call = null;
        var names = new List<string>();
        string? engine = null;
        string? tsv = null;
        for (var place = 0; place < arguments.Length; place++)
        {
            switch (arguments[place])
            {
                case "--engine" when place + 1 < arguments.Length && arguments[place + 1] is "sqlite" or "postgres":
                    engine = arguments[++place];
                    break;
                case "--tsv" when place + 1 < arguments.Length:
                    tsv = arguments[++place];
                    break;
                case var name when !name.StartsWith('-'):
                    names.Add(name);
                    break;
                default:
                    return false;
            }
        }
        call = new BenchmarkCall(names, engine, tsv);
        return true;
    }
}
