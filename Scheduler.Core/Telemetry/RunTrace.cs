using System.Diagnostics;
using System.Globalization;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Telemetry;

/// <summary>
/// The trace that everything about one occurrence of a pipeline belongs to: its plan, every attempt in whatever process, and its end.
/// It follows from what the occurrence is, so that nothing has to be stored for it, on any store.
/// </summary>
/// <remarks>
/// Not the run's identifier: each retry is a run of its own, and an identifier that begins with a time would be sampled by the hour.
/// A digest is spread evenly, so any sampler that decides by the trace's id is fair, here and in a collector.
/// </remarks>
public static class RunTrace
{
    private const int TraceDigits = 32;
    private const int SpanDigits = 16;

    /// <summary>
    /// The first 32 digits of <see cref="IdempotencyKey"/> for pipeline, lane, scheduled time and attempt 0. The same for all attempts.
    /// </summary>
    public static ActivityTraceId IdOf(string configId, string lane, Instant scheduledTime) =>
        ContextOf(configId, lane, scheduledTime).TraceId;

    /// <summary>
    /// What the spans of the occurrence stand under: its trace, and the next 16 digits of the key as the span. No span with that id is ever
    /// sent: nobody lives from the plan to the end.
    /// </summary>
    public static ActivityContext ContextOf(string configId, string lane, Instant scheduledTime)
    {
        var key = IdempotencyKey.Compute(configId, lane, scheduledTime, 0).AsSpan();
        return new ActivityContext(
            ActivityTraceId.CreateFromString(key[..TraceDigits]),
            ActivitySpanId.CreateFromString(key.Slice(TraceDigits, SpanDigits)),
            ActivityTraceFlags.None
        );
    }

    /// <summary>As <c>traceparent</c> of W3C Trace Context (https://www.w3.org/TR/trace-context/#traceparent-header).</summary>
    public static string Text(ActivityContext context) =>
        $"00-{context.TraceId.ToHexString()}-{context.SpanId.ToHexString()}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    /// <summary>Reads a <c>traceparent</c> from elsewhere; null for what is none.</summary>
    public static ActivityContext? Read(string? traceparent) =>
        ActivityContext.TryParse(traceparent, traceState: null, isRemote: true, out var context) ? context : null;

    /// <summary>The item with the context that its worker carries on.</summary>
    internal static LeaseItem Attach(string lane, LeaseItem item) =>
        item with
        {
            Traceparent = Text(ContextOf(item.ConfigId, lane, item.ScheduledTime)),
            Baggage = Baggage.Write([
                (SpanNames.Customer, item.CustomerId),
                (SpanNames.Provider, item.Provider),
                (SpanNames.Template, item.PipelineTemplate),
                (SpanNames.Attempt, item.Attempt.ToString(CultureInfo.InvariantCulture)),
            ]),
        };
}
