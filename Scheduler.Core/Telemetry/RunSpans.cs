using System.Diagnostics;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Telemetry;

/// <summary>
/// The spans of runs, from the trigger to the result. Without a listener each costs one look. No span holds an error's message, a
/// parameter or anything of a credential: of a failure it tells the class.
/// </summary>
public static class RunSpans
{
    public const string SourceName = "Scheduler.Runs";

    private static readonly ActivitySource Source = new(SourceName);

    internal static bool AreHeard => Source.HasListeners();

    /// <summary>One call that plans, in the trace of whoever called; a trace of its own where nobody said theirs.</summary>
    internal static Activity? Trigger()
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        var request = Activity.Current;
        // The request's own span is not sent, so it must not be the parent.
        Activity.Current = null;
        var caller = request is { HasRemoteParent: true }
            ? new ActivityContext(request.TraceId, request.ParentSpanId, request.ActivityTraceFlags, isRemote: true)
            : default;
        return Source.StartActivity(SpanNames.Trigger, ActivityKind.Internal, caller);
    }

    /// <summary>That runs were planned, each in its own trace, with a link to the call that did.</summary>
    internal static void Scheduled(
        IReadOnlyList<PlannedRun> runs,
        Func<PlannedRun, string> customerOf,
        ActivityContext? call,
        DateTimeOffset from,
        DateTimeOffset to
    )
    {
        if (!Source.HasListeners())
        {
            return;
        }
        ActivityLink[] links = call is { } context ? [new ActivityLink(context)] : [];
        foreach (var run in runs)
        {
            var occurrence = RunTrace.ContextOf(run.ConfigId, run.Lane ?? Lane.Schedule, run.ScheduledTime);
            if (Start(SpanNames.Schedule, ActivityKind.Producer, occurrence, from, links) is { } span)
            {
                span.SetTag(SpanNames.Run, run.RunId);
                span.SetTag(SpanNames.Config, run.ConfigId);
                span.SetTag(SpanNames.Customer, customerOf(run));
                End(span, to);
            }
        }
    }

    /// <summary>How long an item could have been claimed before it was.</summary>
    /// <returns>The item, marked where its trace is kept.</returns>
    internal static LeaseItem Claimed(LeaseItem item, string workerId)
    {
        if (!Source.HasListeners() || RunTrace.Read(item.Traceparent) is not { } remote)
        {
            return item;
        }
        var occurrence = new ActivityContext(remote.TraceId, remote.SpanId, ActivityTraceFlags.None);
        var (from, to) = WaitOf(item);
        if (Start(SpanNames.Wait, ActivityKind.Internal, occurrence, from.ToDateTimeOffset()) is not { } span)
        {
            return item;
        }
        Describe(span, item);
        span.SetTag(SpanNames.Worker, workerId);
        End(span, to.ToDateTimeOffset());
        return item with
        {
            Traceparent = RunTrace.Text(
                new ActivityContext(remote.TraceId, remote.SpanId, ActivityTraceFlags.Recorded)
            ),
        };
    }

    /// <summary>Between when an item could first be claimed and its claim.</summary>
    internal static (Instant From, Instant To) WaitOf(LeaseItem item)
    {
        var claimed = item.LeaseExpiresAt - Duration.FromSeconds(item.LeaseSeconds);
        var ready = item.VisibleAt is { } visible ? Instant.Max(visible, item.ScheduledTime) : item.ScheduledTime;
        return (Instant.Min(ready, claimed), claimed);
    }

    /// <summary>One execution by this process; what happens within it is below it. Ends when it is disposed of.</summary>
    internal static Activity? Attempt(LeaseItem item, string workerId)
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        var span = Source.StartActivity(
            SpanNames.RunAttempt,
            ActivityKind.Consumer,
            RunTrace.Read(item.Traceparent) ?? default
        );
        if (span is null)
        {
            return null;
        }
        foreach (var (name, value) in Baggage.Read(item.Baggage))
        {
            span.SetBaggage(name, value);
        }
        Describe(span, item);
        span.SetTag(SpanNames.Worker, workerId);
        return span;
    }

    /// <summary>Says how an attempt went.</summary>
    /// <param name="report">What is reported; null where the lease is lost.</param>
    internal static void Ended(Activity? attempt, RunResult? report)
    {
        attempt?.SetTag(SpanNames.Outcome, report is null ? "lost" : Wire.Name(report.Outcome));
        if (report is { Outcome: RunOutcome.Failed })
        {
            Fail(attempt, report.ErrorType ?? ErrorType.Unknown);
        }
    }

    /// <summary>A part of an attempt; ends when it is disposed of. Without an attempt there is none.</summary>
    internal static Activity? Step(string name) => Activity.Current is null ? null : Source.StartActivity(name);

    /// <summary>A call to somebody else within an attempt; ends when it is disposed of.</summary>
    internal static Activity? Call(string method) =>
        Activity.Current is null ? null : Source.StartActivity(method, ActivityKind.Client);

    /// <summary>Marks a span as failed, with the class of the failure and no more.</summary>
    internal static void Fail(Activity? span, ErrorType errorType)
    {
        span?.SetTag(SpanNames.ErrorType, Wire.Name(errorType));
        span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>That leases ended: results were written, or leases ran out. Only those are told whose lane is known.</summary>
    internal static void Ended(
        string name,
        IReadOnlyList<LeaseFacts> leases,
        IReadOnlyList<EndedLease> ended,
        DateTimeOffset from,
        DateTimeOffset to
    )
    {
        if (!Source.HasListeners())
        {
            return;
        }
        var facts = new Dictionary<string, LeaseFacts>(leases.Count);
        foreach (var lease in leases)
        {
            facts.TryAdd(lease.QueueId, lease);
        }
        foreach (var end in ended)
        {
            if (end.State is not null && facts[end.QueueId] is { Lane.Length: > 0 } lease)
            {
                var occurrence = RunTrace.ContextOf(lease.ConfigId, lease.Lane, lease.ScheduledTime);
                End(name, end, lease, occurrence, from, to);
            }
        }
    }

    private static void End(
        string name,
        EndedLease end,
        LeaseFacts lease,
        ActivityContext parent,
        DateTimeOffset from,
        DateTimeOffset to
    )
    {
        if (Start(name, ActivityKind.Internal, parent, from) is not { } span)
        {
            return;
        }
        span.SetTag(SpanNames.Run, end.RunId);
        span.SetTag(SpanNames.Config, end.ConfigId);
        span.SetTag(SpanNames.Customer, lease.CustomerId);
        span.SetTag(SpanNames.Attempt, lease.RetryAttempt + 1);
        span.SetTag(SpanNames.State, Wire.Name(end.State!.Value));
        if (end.ErrorType is { } error)
        {
            Fail(span, error);
        }
        if (end.RetryAt is { } retry)
        {
            span.SetTag(SpanNames.RetryAt, InstantPattern.General.Format(retry));
        }
        End(span, to);
    }

    private static Activity? Start(
        string name,
        ActivityKind kind,
        ActivityContext parent,
        DateTimeOffset from,
        IEnumerable<ActivityLink>? links = null
    ) => Source.StartActivity(name, kind, parent, tags: null, links, from);

    private static void End(Activity span, DateTimeOffset at)
    {
        span.SetEndTime(at.UtcDateTime);
        span.Stop();
    }

    private static void Describe(Activity span, LeaseItem item)
    {
        span.SetTag(SpanNames.Run, item.RunId);
        span.SetTag(SpanNames.Config, item.ConfigId);
        span.SetTag(SpanNames.Customer, item.CustomerId);
        span.SetTag(SpanNames.Provider, item.Provider);
        span.SetTag(SpanNames.Template, item.PipelineTemplate);
        span.SetTag(SpanNames.Attempt, item.Attempt);
    }
}
