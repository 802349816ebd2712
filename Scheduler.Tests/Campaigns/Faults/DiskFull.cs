using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// The disk of the database is full for a while: each commit of the store fails, PostgreSQL itself may go down over it. Then PostgreSQL takes
/// reads only, as a server that has become a standby does.
/// </summary>
internal sealed class DiskFull : CampaignFault
{
    private const string ReadOnlyTransaction = "25006";

    public override string Id => "F16";

    public override string Title => "disk of the database full; a database that can only be read";

    public override bool IsForSqlite => true;

    public override bool IsForMixes => false;

    public override bool NeedsSmallDisk => true;

    public override string? Unable => SmallDisk.Unable;

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        var filler = Path.Combine(site.SmallDisk!.FullName, "filler");
        for (var time = 0; time < 2; time++)
        {
            await PauseAsync(Between(random, 0.5, 1.5));
            Fill(filler);
            site.Note("the disk is full");
            await PauseAsync(Between(random, 2, 3));
            // What the database has freed itself meanwhile.
            Fill(filler);
            await PauseAsync(1);
            File.Delete(filler);
            site.Note("there is room again");
            if (site.Server is { HasExited: true } server)
            {
                site.Note("the database had gone down");
                await server.StartAgainAsync();
            }
        }
        if (site.Server is { } whole)
        {
            await ReadOnlyAsync(whole, "on");
            site.Note("the database takes no writes");
            await PauseAsync(Between(random, 2, 3));
            await ReadOnlyAsync(whole, "off");
            site.Note("the database takes writes again");
        }
    }

    public override Task<IReadOnlyList<string>> JudgeAsync(Site site) =>
        Task.FromResult<IReadOnlyList<string>>(
            site.Server is null
            || Told(site, output => output.Contains(ReadOnlyTransaction, StringComparison.Ordinal) ? 1 : 0) > 0
                ? []
                : ["No instance has told of the database that takes no writes."]
        );

    // Both stores tell the instances, and they their callers.
    public override void Count(Site site) => site.Hit(Id, Told(site, Failures));

    private static int Told(Site site, Func<string, int> count) =>
        site.Instances.Sum(slot => slot.Processes.Sum(process => count(process.Output)));

    private static async Task ReadOnlyAsync(PostgresServer server, string isOn)
    {
        await server.ExecuteAsync($"alter system set default_transaction_read_only = {isOn}");
        await server.ExecuteAsync("select pg_reload_conf()");
    }

    private static int Failures(string output) =>
        output
            .Split('\n')
            .Count(line =>
                line.Contains("53100", StringComparison.Ordinal)
                || line.Contains("database or disk is full", StringComparison.Ordinal)
                || line.Contains("disk I/O error", StringComparison.Ordinal)
                || line.Contains("The store cannot be reached", StringComparison.Ordinal)
                || line.Contains("store did not answer", StringComparison.Ordinal)
            );

    private static void Fill(string filler)
    {
        using var file = new FileStream(filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1024 * 1024, 4096])
        {
            var block = new byte[size];
            try
            {
                while (true)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // Full, down to blocks of this size.
            }
        }
    }
}
