using NodaTime;

namespace Scheduler.Tests.Campaigns;

/// <summary>One of the faults of docs/reliability.md: how it is prepared and how it strikes while work goes on.</summary>
internal abstract class CampaignFault
{
    public const int UsualWorkers = 3;

    /// <summary>F1 to F16.</summary>
    public abstract string Id { get; }

    public abstract string Title { get; }

    /// <summary>Whether one instance on SQLite can have it.</summary>
    public virtual bool IsForSqlite => false;

    /// <summary>Whether it may stand beside others in a mix.</summary>
    public virtual bool IsForMixes => true;

    /// <summary>Whether a process may be at a run that it no longer holds: it was frozen, or its pipeline heeds nothing.</summary>
    public virtual bool MayOverlap => false;

    /// <summary>Whether it is judged by leases that must not run out: no other campaign may keep its processes waiting.</summary>
    public virtual bool StandsAlone => false;

    /// <summary>Whether the database has to be on a disk of its own that can be filled.</summary>
    public virtual bool NeedsSmallDisk => false;

    /// <summary>How long a busy machine needs for what it leaves to be done; comes on top of what healing may take.</summary>
    public virtual Duration Work => Duration.Zero;

    /// <summary>How many workers there are.</summary>
    public virtual int Workers => UsualWorkers;

    /// <summary>Whether its first process makes the schema, and not the campaign.</summary>
    public virtual bool BringsSchema => false;

    /// <summary>Whether every process writes a journal of what it executes.</summary>
    public virtual bool IsJournalWhole => true;

    /// <summary>Why this machine cannot have it; null if it can.</summary>
    public virtual string? Unable => null;

    /// <summary>Before any process is started.</summary>
    public virtual Task PrepareAsync(Site site, Random random) => Task.CompletedTask;

    /// <summary>What the customers do beside the usual.</summary>
    public virtual Task LoadAsync(Site site, Load load, Random random) => Task.CompletedTask;

    /// <summary>Strikes while work goes on; when it returns, everything works again or is about to.</summary>
    public abstract Task StrikeAsync(Site site, Load load, Random random);

    /// <summary>After the last process is stopped: counts what can be counted only then.</summary>
    public virtual void Count(Site site) { }

    /// <summary>What this fault alone must not have caused; a line for each violation.</summary>
    public virtual Task<IReadOnlyList<string>> JudgeAsync(Site site) => Task.FromResult<IReadOnlyList<string>>([]);

    protected static Task PauseAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    protected static double Between(Random random, double least, double most) =>
        least + ((most - least) * random.NextDouble());
}
