namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>The disk of the database is full for a while: each commit of the store fails, PostgreSQL itself may go down over it.</summary>
internal sealed class DiskFull : CampaignFault
{
    public override string Id => "F16";

    public override string Title => "disk of the database full";

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
    }

    // Both stores tell the instances, and they their callers.
    public override void Count(Site site) =>
        site.Hit(Id, site.Instances.Sum(slot => slot.Processes.Sum(process => Failures(process.Output))));

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
