using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>
/// Sends what is due for one sink, so that a slow one holds up itself only. Any number of processes may do so: each delivery is one
/// sender's at a time. What was sent and could not be noted is sent again, with the same id.
/// </summary>
public sealed partial class DeliveryRound(
    IDeliverySink sink,
    AlertStore store,
    IIdSource ids,
    DeliverySignal signal,
    TimeProvider time,
    ILogger<DeliveryRound> logger
)
{
    /// <summary>Sent one after the other, each within <see cref="SendWithin"/>, and all within the claim.</summary>
    internal const int BatchSize = 10;

    /// <summary>An attempt that takes longer has failed.</summary>
    public static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(15);

    internal static readonly Duration Claim = Duration.FromMinutes(5);

    private const int LongestError = 300;

    private long seen;
    private long lookedAt;
    private TimeSpan? lookAgainAfter;
    private bool isFailing;

    /// <summary>Sends until nothing is due, or until the sink takes nothing of a whole batch.</summary>
    /// <exception cref="StorageUnavailableException">The store did not answer.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var raised = signal.Raised;
        if (store.ReadsAreCharged && !IsWorthALook(raised))
        {
            return;
        }
        var sent = true;
        while (sent)
        {
            var token = ids.NewNonce();
            var batch = await store.ClaimDeliveriesAsync(sink.Kind, token, BatchSize, Claim, cancellationToken);
            sent = await SendAsync(batch, token, cancellationToken) && batch.Count == BatchSize;
        }
        if (store.ReadsAreCharged)
        {
            await PlanLookAsync(raised, cancellationToken);
        }
    }

    private bool IsWorthALook(long raised) =>
        raised != seen || (lookAgainAfter is { } wait && time.GetElapsedTime(lookedAt) >= wait);

    private async Task PlanLookAsync(long raised, CancellationToken cancellationToken)
    {
        var (due, now) = await store.NextDueAsync(sink.Kind, cancellationToken);
        (seen, lookedAt) = (raised, time.GetTimestamp());
        lookAgainAfter = due is { } next ? (Duration.Max(next - now, Duration.Zero)).ToTimeSpan() : null;
    }

    /// <returns>Whether the sink took any of them.</returns>
    private async Task<bool> SendAsync(
        IReadOnlyList<ClaimedDelivery> batch,
        string token,
        CancellationToken cancellationToken
    )
    {
        var finished = new List<FinishedDelivery>();
        var begun = time.GetTimestamp();
        var sent = false;
        try
        {
            foreach (var delivery in batch)
            {
                var failure = await AttemptAsync(delivery, cancellationToken);
                var now = delivery.Now + Duration.FromTimeSpan(time.GetElapsedTime(begun));
                finished.Add(Outcome(delivery, token, failure, now));
                sent |= failure is null;
                if (!store.ReadsAreCharged)
                {
                    await store.FinishDeliveriesAsync(finished, now, CancellationToken.None);
                    finished.Clear();
                }
            }
        }
        finally
        {
            // Also when the process goes down: what was sent is not to be sent again.
            if (finished.Count > 0)
            {
                var now = batch[0].Now + Duration.FromTimeSpan(time.GetElapsedTime(begun));
                await store.FinishDeliveriesAsync(finished, now, CancellationToken.None);
            }
        }
        return sent;
    }

    private async Task<DeliveryFailedException?> AttemptAsync(
        ClaimedDelivery delivery,
        CancellationToken cancellationToken
    )
    {
        using var patience = new CancellationTokenSource(SendWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await sink.SendAsync(delivery, either.Token);
            return null;
        }
        catch (DeliveryFailedException failure)
        {
            return failure;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryFailedException($"No answer within {SendWithin.TotalSeconds:0} s.");
        }
    }

    private FinishedDelivery Outcome(
        ClaimedDelivery delivery,
        string token,
        DeliveryFailedException? failure,
        Instant now
    )
    {
        if (failure is null)
        {
            AlertInstruments.CountDelivery(sink.Kind, "delivered");
            if (isFailing)
            {
                LogWorks(sink.Kind);
            }
            isFailing = false;
            return new FinishedDelivery(delivery.DeliveryId, token, DeliveryState.Delivered, null, null);
        }
        var error = failure.Message.Length > LongestError ? failure.Message[..LongestError] : failure.Message;
        var next = DeliveryPolicy.NextAttempt(
            delivery.DeliveryId,
            delivery.Attempts,
            failure.RetryAfter,
            delivery.GiveUpAt,
            now
        );
        if (next is null)
        {
            AlertInstruments.CountDelivery(sink.Kind, "dead");
            LogDead(delivery.DeliveryId, delivery.Attempts, error);
            return new FinishedDelivery(delivery.DeliveryId, token, DeliveryState.Dead, null, error);
        }
        AlertInstruments.CountDelivery(sink.Kind, "failed");
        if (!isFailing)
        {
            LogFails(sink.Kind, error);
        }
        isFailing = true;
        return new FinishedDelivery(delivery.DeliveryId, token, DeliveryState.Pending, next, error);
    }

    [LoggerMessage(2311, LogLevel.Warning, "The sink {Sink} takes nothing, what is to be sent is kept: {Error}")]
    private partial void LogFails(SinkKind sink, string error);

    [LoggerMessage(2312, LogLevel.Information, "The sink {Sink} works again.")]
    private partial void LogWorks(SinkKind sink);

    [LoggerMessage(2313, LogLevel.Error, "Delivery {DeliveryId} was given up after {Attempts} attempts: {Error}")]
    private partial void LogDead(string deliveryId, int attempts, string error);
}
