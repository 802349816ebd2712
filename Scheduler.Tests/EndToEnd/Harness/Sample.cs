using System.Globalization;
using Microsoft.VisualBasic.FileIO;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A FOCUS export as a spreadsheet would add it up: what must be in the dataset, found without the product.</summary>
internal static class Sample
{
    public static IReadOnlyDictionary<string, decimal> BilledByService(string path)
    {
        using var file = new TextFieldParser(path) { HasFieldsEnclosedInQuotes = true };
        file.SetDelimiters(",");
        var header = file.ReadFields()!;
        var (service, billed) = (Array.IndexOf(header, "ServiceName"), Array.IndexOf(header, "BilledCost"));
        var costs = new Dictionary<string, decimal>();
        while (file.ReadFields() is { } cells)
        {
            var cost = decimal.Parse(cells[billed], CultureInfo.InvariantCulture);
            costs[cells[service]] = costs.GetValueOrDefault(cells[service]) + cost;
        }
        return costs;
    }

    /// <summary>The export as it comes later: with one service more, whose lines are copies of Virtual Machines'.</summary>
    public static void AddService(string path, string name)
    {
        const string Copied = "Virtual Machines";
        var lines = File.ReadAllLines(path).Where(line => line.Contains(Copied, StringComparison.Ordinal));
        File.AppendAllLines(path, [.. lines.Select(line => line.Replace(Copied, name, StringComparison.Ordinal))]);
    }
}
