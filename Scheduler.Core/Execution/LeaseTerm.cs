using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>
/// What a worker knows about the end of a lease, in monotonic time. The API granted it at an unknown moment between
/// sending the request and receiving the answer, so there are two ends: up to <see cref="ProvenUntil"/> it is certainly
/// this worker's, after <see cref="PossibleUntil"/> certainly not.
/// </summary>
/// <param name="SentAt">Just before the request that granted or renewed the lease was sent.</param>
/// <param name="AnsweredAt">When its answer had arrived.</param>
/// <param name="Length">Length of the lease, between a second and a day.</param>
public readonly record struct LeaseTerm(Duration SentAt, Duration AnsweredAt, Duration Length)
{
    private const int LongestSeconds = 24 * 60 * 60;
    private static readonly Duration LargestMargin = Duration.FromSeconds(2);

    /// <summary>Renewing is due a third into the lease, so that two tries fit before it ends.</summary>
    public Duration RenewAt => SentAt + Interval;

    public Duration Interval => Length / 3;

    /// <summary>A tenth of the lease, at most 2 s, is left for the run to come to a stop in.</summary>
    public Duration ProvenUntil => SentAt + Length - Duration.Min(Length / 10, LargestMargin);

    public Duration PossibleUntil => AnsweredAt + Length;

    public static LeaseTerm Of(int leaseSeconds, Duration sentAt, Duration answeredAt) =>
        new(sentAt, answeredAt, Duration.FromSeconds(Math.Clamp(leaseSeconds, 1, LongestSeconds)));

    public LeaseTerm Renewed(Duration sentAt, Duration answeredAt) => new(sentAt, answeredAt, Length);

    public bool IsProven(Duration now) => now < ProvenUntil;

    /// <summary>Whether a run may begin: its lease is proven for long enough to be renewed in time.</summary>
    public bool MayBegin(Duration now) => IsProven(now + Interval);

    public bool IsPossible(Duration now) => now < PossibleUntil;
}
