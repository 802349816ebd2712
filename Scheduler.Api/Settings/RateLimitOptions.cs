namespace Scheduler.Api.Settings;

/// <summary>Requests per minute (<c>Scheduler__RateLimits__*</c>, 1 to 1,000,000). Admin and worker keys have no limit.</summary>
public sealed record RateLimitOptions
{
    /// <summary>A customer key of tier STANDARD.</summary>
    public int StandardKey { get; init; } = 600;

    /// <summary>A customer key of tier ELEVATED.</summary>
    public int ElevatedKey { get; init; } = 6_000;

    /// <summary>An address whose requests carry no usable key.</summary>
    public int Address { get; init; } = 300;

    /// <summary>Well-formed but unknown keys from one address, before the store is not asked any more.</summary>
    public int UnknownKeys { get; init; } = 60;

    /// <summary>Schedule previews and other open calls from one address.</summary>
    public int OpenCalls { get; init; } = 60;
}
