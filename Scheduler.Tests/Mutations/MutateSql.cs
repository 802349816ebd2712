using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Scheduler.Tests.Mutations;

/// <summary>
/// The command <c>mutate-sql</c>: makes every change of <see cref="SqlMutations"/> in the scripts of the SQLite store, one at a time, and
/// tells which of them no test notices. Two processes run the tests; one that hangs in a changed script is ended, which counts as noticed.
/// </summary>
internal static class MutateSql
{
    private const int Workers = 2;
    private const string Memory = "/dev/shm";
    private const string Endless = "time, which it took without end";

    // Of the processor's time, many times what the tests take: what is not over by then does not end. Waiting costs none of it, on a
    // machine that has other work; who only waits, waits for ever.
    private static readonly TimeSpan MostWork = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan MostTime = TimeSpan.FromHours(1);

    public static async Task<int> RunAsync(MutateSqlCall call)
    {
        var waiting = new ConcurrentQueue<SqlMutant>(call.Mutants());
        var told = new ConcurrentBag<(SqlMutant Mutant, string? NoticedBy)>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(waiting, told)));
        var survivors = told.Where(it => it.NoticedBy is null).Select(it => it.Mutant).ToList();
        var unexpected = survivors.Where(mutant => !EquivalentSqlMutants.Contains(mutant)).ToList();
        foreach (var file in told.GroupBy(it => it.Mutant.Concept).OrderBy(it => it.Key, StringComparer.Ordinal))
        {
            var noticed = file.Count(it => it.NoticedBy is not null);
            Console.WriteLine($"{file.Key}: {noticed} of {file.Count()} noticed");
        }
        Console.WriteLine(
            $"{survivors.Count} not noticed, of which {survivors.Count - unexpected.Count} make no difference"
        );
        foreach (var mutant in unexpected.OrderBy(it => it.ToString(), StringComparer.Ordinal))
        {
            Console.WriteLine($"NOT NOTICED {mutant}");
        }
        return unexpected.Count == 0 ? 0 : 1;
    }

    private static async Task WorkAsync(ConcurrentQueue<SqlMutant> waiting, ConcurrentBag<(SqlMutant, string?)> told)
    {
        Process? worker = null;
        while (waiting.TryDequeue(out var mutant))
        {
            worker ??= Start();
            await worker.StandardInput.WriteLineAsync(JsonSerializer.Serialize(mutant));
            var noticed = await AnswerAsync(worker);
            if (noticed == Endless)
            {
                worker.Kill();
            }
            if (worker.HasExited || noticed == Endless)
            {
                worker.Dispose();
                worker = null;
            }
            told.Add((mutant, noticed.Length == 0 ? null : noticed));
            Console.WriteLine($"{(noticed.Length == 0 ? "-" : noticed)} | {mutant}");
        }
        if (worker is not null)
        {
            worker.StandardInput.Close();
            await worker.WaitForExitAsync();
            worker.Dispose();
        }
    }

    private static async Task<string> AnswerAsync(Process worker)
    {
        var (worked, began) = (worker.TotalProcessorTime, Stopwatch.GetTimestamp());
        var answer = worker.StandardOutput.ReadLineAsync();
        while (await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System)) != answer)
        {
            worker.Refresh();
            if (
                !worker.HasExited
                && (worker.TotalProcessorTime - worked > MostWork || Stopwatch.GetElapsedTime(began) > MostTime)
            )
            {
                return Endless;
            }
        }
        return await answer ?? "the process, which it ended";
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "mutate-sql", MutateSqlCall.Worker])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Files in memory, where the system has a folder for that.
        if (Directory.Exists(Memory))
        {
            start.Environment["TMPDIR"] = Memory;
        }
        return Process.Start(start)!;
    }

    /// <summary>The assembly, where this process is the runtime that was given it.</summary>
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(MutateSql).Assembly.Location]
            : [];
}
