using System.Data.Common;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Core.Audit;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Api.Commands;

/// <summary>The operator's command <c>audit verify [--customer id] [--head hash]</c>: reads the store, serves nobody.</summary>
internal static class AuditCommand
{
    private const int Whole = 0;
    private const int Broken = 1;
    private const int NotRun = 2;
    private const int MostNamed = 100;
    private const string Usage = "Usage: audit verify [--customer <id>] [--head <hash kept elsewhere>]";

    public static bool IsAsked(string[] args) => args is ["audit", ..];

    /// <returns>0 when everything is whole, 1 when something is not, 2 when it could not be looked at.</returns>
    public static async Task<int> RunAsync(
        string[] args,
        IConfiguration configuration,
        TextWriter output,
        TextWriter error
    )
    {
        if (Read(args) is not var (customer, kept))
        {
            await error.WriteLineAsync(Usage);
            return NotRun;
        }
        // It answers no calls and so needs no key: Development's rules for what may be missing.
        var settings = ApiSettings.Read(configuration, isDevelopment: true);
        if (settings is not SettingsResult.Valid { Options: var options })
        {
            await error.WriteLineAsync(((SettingsResult.Invalid)settings).Line);
            return NotRun;
        }
        var engine = StorageEngines.OpenExisting(options.Storage, TimeProvider.System, new LockedRandom());
        using var closing = engine as IDisposable;
        try
        {
            return await VerifyAsync(new AuditStore(engine), customer, kept, output);
        }
        // The other one: a database without these tables.
        catch (Exception failure)
            when (failure is StorageUnavailableException or BigQueryRefusedException or DbException)
        {
            await error.WriteLineAsync(
                $"{options.Storage.Setting}: the store cannot be read, or was never started by this version."
            );
            return NotRun;
        }
    }

    /// <summary>Null when the command is not understood.</summary>
    private static (string? Customer, string? Kept)? Read(string[] args)
    {
        string? customer = null;
        string? kept = null;
        if (args is not ["audit", "verify", .. var rest] || rest.Length % 2 != 0)
        {
            return null;
        }
        foreach (var pair in rest.Chunk(2))
        {
            switch (pair[0])
            {
                case "--customer":
                    customer = pair[1];
                    break;
                case "--head":
                    kept = pair[1];
                    break;
                default:
                    return null;
            }
        }
        return (customer, kept);
    }

    private static async Task<int> VerifyAsync(AuditStore store, string? customer, string? kept, TextWriter output)
    {
        var verification = new AuditVerification(store);
        var chain = customer is null ? null : $"customer:{customer}";
        var (chains, faults) = (0, 0);
        void Progress(string name, long position) => output.WriteLine($"...  {name}  {position} rows");
        await foreach (var report in verification.VerifyAsync(chain, kept, Progress, CancellationToken.None))
        {
            chains++;
            if (customer is not null && report.Fault is null && report.Head.Position == 0)
            {
                faults++;
                await output.WriteLineAsync($"BROKEN  there is no chain {report.Chain}");
                continue;
            }
            faults += report.Fault is null ? 0 : 1;
            await output.WriteLineAsync(
                report.Fault is { } fault
                    ? $"BROKEN  {report.Chain}  position {report.Position}: {Explain(fault)}"
                    : $"whole  {report.Chain}  {report.Head.Position} rows  head {report.Head.Hash}"
            );
        }
        foreach (var lost in customer is null ? await store.CustomersWithoutChainAsync(MostNamed, default) : [])
        {
            faults++;
            await output.WriteLineAsync($"BROKEN  customer:{lost}  the whole chain is missing");
        }
        if (kept is not null && !verification.HasMetKept)
        {
            faults++;
            await output.WriteLineAsync(
                $"BROKEN  the hash {kept} is in none of these chains: they were written anew or cut"
            );
        }
        await output.WriteLineAsync($"{chains} chains, {faults} faults");
        return faults == 0 ? Whole : Broken;
    }

    private static string Explain(ChainFault fault) =>
        fault switch
        {
            ChainFault.Changed => "the row was changed or moved",
            ChainFault.Missing => "the row is missing",
            ChainFault.Unlinked =>
                "the row does not follow the one before: inserted, reordered, or that one was changed",
            ChainFault.CutTail => "the last rows were cut off",
            ChainFault.BeyondHead => "a row that the chain's head does not know",
            ChainFault.OtherHead => "the row is another one than the chain's head says",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };
}
