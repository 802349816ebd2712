using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>What became of a wish about an alert's silence.</summary>
public abstract record SilenceResult
{
    private SilenceResult() { }

    public sealed record Done(Alert Alert) : SilenceResult;

    /// <summary>The alert has ended.</summary>
    public sealed record Over : SilenceResult;

    /// <summary>The end is not after the present, or after the latest.</summary>
    public sealed record WrongEnd(Instant Now, Instant Latest) : SilenceResult;

    public sealed record NoSuchAlert : SilenceResult;
}
