using Scheduler.Api.Errors;

namespace Scheduler.Api.Endpoints;

/// <summary>The header by which a caller makes a call safe to repeat.</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    private const int Longest = 200;

    /// <summary>What is wrong with the key; null for a good one, and for none.</summary>
    public static SchedulerProblem? Fault(string? key) =>
        key is null || (key.Length is > 0 and <= Longest && key.All(character => character is > ' ' and <= '~'))
            ? null
            : SchedulerProblem.Create(
                ErrorCode.BadRequest,
                $"{Name} has 1 to {Longest} characters of ASCII without blanks, such as a UUID."
            );
}
