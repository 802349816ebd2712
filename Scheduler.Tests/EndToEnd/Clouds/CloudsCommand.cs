namespace Scheduler.Tests.EndToEnd.Clouds;

/// <summary>The command <c>clouds</c>: runs all five providers' pipelines and prints what the customer sees.</summary>
internal static class CloudsCommand
{
    private static readonly string[] Titles = ["provider", "service", "day", "billed", "effective", ""];

    /// <returns>0 when every pipeline has loaded and no server complained.</returns>
    public static async Task<int> RunAsync(TextWriter output)
    {
        await using var run = new CloudsRun();
        await output.WriteLineAsync(
            "Five providers, one customer, through API and worker; the providers are test servers on loopback.\n"
        );
        var rows = (await run.RunAsync()).Prepend(Titles).ToList();
        var widths = Enumerable.Range(0, Titles.Length).Select(place => rows.Max(row => row[place].Length)).ToList();
        foreach (var row in rows)
        {
            var cells = row.Select(
                (cell, place) => place is 3 or 4 ? cell.PadLeft(widths[place]) : cell.PadRight(widths[place])
            );
            await output.WriteLineAsync(string.Join("  ", cells).TrimEnd());
        }
        foreach (var complaint in run.Complaints)
        {
            await output.WriteLineAsync($"a server complained: {complaint}");
        }
        return run.Complaints.Count == 0 ? 0 : 1;
    }
}
