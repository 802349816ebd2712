using System.Globalization;

namespace Scheduler.Tests.Api;

/// <summary>What /metrics answers.</summary>
internal sealed class MetricsText(string text)
{
    public static async Task<MetricsText> ReadAsync(ApiHost host)
    {
        var response = await host.SendAsync("GET", "/metrics", ApiHost.Admin());
        return new MetricsText(await response.Content.ReadAsStringAsync());
    }

    /// <summary>The sum of the samples of a metric whose labels contain a text.</summary>
    public double Sum(string metric, string label = "") =>
        text.Split('\n')
            .Where(line =>
                line.StartsWith($"{metric}{{", StringComparison.Ordinal)
                || line.StartsWith($"{metric} ", StringComparison.Ordinal)
            )
            .Where(line => line.Contains(label, StringComparison.Ordinal))
            .Sum(line =>
                double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)
            );

    public override string ToString() => text;
}
