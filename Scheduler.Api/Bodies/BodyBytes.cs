using Scheduler.Api.Errors;

namespace Scheduler.Api.Bodies;

/// <summary>What reading a body came to.</summary>
internal abstract record BodyBytes
{
    private BodyBytes() { }

    public sealed record Whole(ReadOnlyMemory<byte> Bytes) : BodyBytes;

    public sealed record Refused(SchedulerProblem Problem) : BodyBytes;
}
