using NodaTime;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Simulation;

/// <summary>What a seed stands for: whose pipelines run, on what, and what may go wrong. The same seed gives the same scenario.</summary>
internal sealed record Scenario
{
    /// <summary>Zones whose clocks change in many ways, and some that never do.</summary>
    private static readonly string[] Zones =
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Kolkata",
        "Europe/Dublin",
        "Pacific/Chatham",
    ];

    private static readonly Fault[] Mild =
    [
        Fault.LostReply,
        Fault.StoreRefuses,
        Fault.StoreForgets,
        Fault.MissedTriggers,
        Fault.RepeatedTrigger,
        Fault.ProviderOutage,
        Fault.ClockSkew,
        Fault.Interference,
    ];

    private static readonly string[] Plans = ["STARTER", "PROFESSIONAL", "SCALE", "ENTERPRISE"];

    public required int Seed { get; init; }
    public required int Days { get; init; }
    public required Instant Start { get; init; }
    public required IReadOnlyList<CustomerPlan> Customers { get; init; }
    public required int Instances { get; init; }
    public required int Workers { get; init; }
    public required int Concurrency { get; init; }
    public required Duration Lease { get; init; }

    /// <summary>From one call of the trigger to the next.</summary>
    public required Duration TriggerEvery { get; init; }
    public required IReadOnlySet<Fault> Faults { get; init; }

    /// <summary>Whether no fault ends a lease whose worker is well.</summary>
    public bool IsMild => Faults.All(Mild.Contains);

    public Instant End => Start + Duration.FromDays(Days);

    public static Scenario Of(int seed, int days)
    {
        var random = new Chance(seed).Of("scenario");
        var zone = random.Pick(Zones);
        var all = Enum.GetValues<Fault>();
        return new Scenario
        {
            Seed = seed,
            Days = days,
            Start = StartNear(zone, days, random),
            Customers = [.. Enumerable.Range(0, random.Next(1, 5)).Select(nth => Customer(nth, zone, random))],
            Instances = random.Next(1, 4),
            Workers = random.Next(1, 4),
            Concurrency = random.Next(1, 5),
            Lease = Duration.FromSeconds(random.Pick([300, 900, 1800])),
            TriggerEvery = Duration.FromMinutes(random.Pick([10, 15, 30, 60])),
            // From fair weather to everything at once.
            Faults = random.Next(10) switch
            {
                0 => new SortedSet<Fault>(),
                1 => new SortedSet<Fault>(Mild),
                2 or 3 => new SortedSet<Fault>(all),
                _ => new SortedSet<Fault>(all.Where(_ => random.Happens(0.35))),
            },
        };
    }

    /// <summary>More often than not the clocks change in the middle of it.</summary>
    private static Instant StartNear(string zone, int days, Random random)
    {
        var from = Instant.FromUtc(2025, 1, 1, 0, 0) + Duration.FromMinutes(random.Next(500 * 24 * 60));
        var interval = DateTimeZoneProviders.Tzdb[zone].GetZoneInterval(from);
        return interval.HasEnd && random.Happens(0.7)
            ? interval.End - Duration.FromMinutes(random.Next(1, days * 24 * 60))
            : from;
    }

    private static CustomerPlan Customer(int nth, string zone, Random random) =>
        new(
            $"customer_{nth}",
            random.Pick(Plans),
            random.Happens(0.5) ? zone : random.Pick(Zones),
            [.. Enumerable.Range(0, random.Next(1, 5)).Select(pipeline => Pipeline($"p{pipeline}", zone, random))]
        );

    public static PipelinePlan Pipeline(string name, string zone, Random random) =>
        new()
        {
            Name = name,
            Cron = Cron(random),
            Zone = random.Happens(0.6) ? zone : random.Pick(Zones),
            Dst = random.Pick(Enum.GetValues<DstPolicy>()),
            Misfire = random.Pick(Enum.GetValues<MisfirePolicy>()),
            Overlap = random.Pick(Enum.GetValues<OverlapPolicy>()),
            Spread = Duration.FromSeconds(random.Pick([0, 0, 600, 3600])),
            Priority = random.Next(1, 11),
            Takes = Duration.FromSeconds(random.Pick([0, 1, 20, 120, 600])),
            MaxRetries = random.Next(0, 4),
            FailWith = random.Next(6) switch
            {
                0 => "SERVICE_UNAVAILABLE",
                1 => random.Pick(["RATE_LIMIT_EXCEEDED", "AUTHENTICATION_FAILED", "UNKNOWN"]),
                _ => null,
            },
            FailAttempts = random.Next(1, 4),
        };

    /// <summary>From every ten minutes to twice a month, by all forms of a schedule.</summary>
    private static string Cron(Random random)
    {
        var minute = random.Next(60);
        var hour = random.Next(24);
        return random.Next(12) switch
        {
            0 => $"{random.Next(10)}/20 * * * *",
            1 => $"{minute} * * * *",
            2 => $"{minute} */{random.Next(2, 7)} * * *",
            3 => $"{minute},{(minute + 30) % 60} {random.Next(6)}-{random.Next(6, 23)} * * *",
            4 => $"{minute} {hour} * * MON-FRI",
            5 => $"0 0 {random.Next(1, 29)} * {random.Next(7)}",
            6 => $"{random.Pick([0, 30])} {random.Pick([1, 2, 3])} * * *",
            7 => $"*/30 {random.Pick([1, 2, 3])} * * *",
            8 => $"{minute} {hour} * * *",
            9 => $"0 {random.Next(6)}/{random.Next(4, 12)} * * *",
            10 => $"{minute} {hour} */2 * *",
            _ => $"{minute} {random.Next(12)},{random.Next(12, 24)} * * *",
        };
    }
}
