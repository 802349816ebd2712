using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>What an answer that is no success means.</summary>
/// <param name="ErrorType">Why.</param>
/// <param name="Code">The provider's own code; shown only when it looks like one.</param>
/// <param name="Wait">The wait that the provider asks for.</param>
public sealed record ProviderFault(ErrorType ErrorType, string? Code = null, Duration? Wait = null)
{
    /// <summary>The answer is a success without data.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>The pages read so far no longer belong together: read again from the first.</summary>
    public bool RestartsPaging { get; init; }

    /// <summary>The credentials of this run have run out and can be had anew.</summary>
    public bool RenewsCredentials { get; init; }
}
