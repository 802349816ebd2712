using NodaTime;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Alerts.Mails;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Storage;

/// <summary>Alerts, what is to be sent of them and of runs, and how far both have been looked at.</summary>
public sealed class AlertStore(ISqlEngine engine, OperationClock clock)
{
    /// <inheritdoc cref="ISqlEngine.ReadsAreCharged"/>
    public bool ReadsAreCharged => engine.ReadsAreCharged;

    /// <summary>Fires and resolves by one look at the system.</summary>
    /// <param name="judgements">What holds, or is still near its limit.</param>
    /// <param name="rules">The rules that were judged: their other alerts are over.</param>
    /// <param name="now">The time of the look; one that is not later than the last changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many fired and ended; null where a later look was there before.</returns>
    public async Task<(long Fired, long Resolved)?> SettleAsync(
        IReadOnlyList<AlertJudgement> judgements,
        IReadOnlyList<string> rules,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var settled = await engine.RunAsync(
            new("alerts", "settle"),
            new SqlArguments().WithRows("rows", judgements).WithRows("rules", rules).With("now", now),
            row => (row.Int64("fired"), row.Int64("resolved")),
            cancellationToken
        );
        return settled.Count > 0 ? settled[0] : null;
    }

    /// <summary>Runs that have been running since before a time, the longest first.</summary>
    public Task<IReadOnlyList<LongRun>> LongRunsAsync(Instant before, int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("alerts", "long_runs"),
            new SqlArguments().With("before", before).With("limit", limit),
            row => new LongRun(
                row.Text("run_id"),
                row.Text("customer_id"),
                row.Text("pipeline_name"),
                row.At("actual_start_time")
            ),
            cancellationToken
        );

    /// <summary>Where what must always hold does not, up to a limit for each invariant.</summary>
    public Task<IReadOnlyList<BrokenInvariant>> BrokenInvariantsAsync(
        Instant now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("alerts", "broken_invariants"),
            new SqlArguments()
                .With("now", now)
                .With("dueBefore", now - Status.AlertRules.LongestDue)
                .With("leaseBefore", now - Status.AlertRules.LongestLostLease)
                .With("limit", limit),
            row => new BrokenInvariant(row.Word<Invariant>("invariant"), row.Text("id")),
            cancellationToken
        );

    /// <summary>Alerts of which something is to be told, the silenced ones that go on left out.</summary>
    public Task<IReadOnlyList<UntoldAlert>> ListUntoldAsync(
        Instant now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("alerts", "list_untold"),
            new SqlArguments().With("now", now).With("limit", limit),
            row => new UntoldAlert(
                row.Int64("alert_id"),
                row.Text("rule"),
                row.Text("subject"),
                row.TextOrNull("customer_id"),
                row.Text("message"),
                row.At("fired_at"),
                row.AtOrNull("resolved_at"),
                row.AtOrNull("silenced_until"),
                row.Int32("told")
            ),
            cancellationToken
        );

    /// <summary>Writes what is to be sent of alerts that are still as they were read.</summary>
    /// <returns>The alerts that this call, and none before it, has told.</returns>
    public async Task<IReadOnlySet<long>> TellAsync(
        IReadOnlyList<ToldAlert> alerts,
        IReadOnlyList<NewDelivery> deliveries,
        Instant now,
        Instant giveUpAt,
        CancellationToken cancellationToken
    )
    {
        var told = await engine.RunAsync(
            new("alerts", "tell"),
            new SqlArguments()
                .WithRows("alerts", alerts)
                .WithRows("rows", deliveries)
                .With("giveUpAt", giveUpAt)
                .With("now", now),
            row => row.Int64("alert_id"),
            cancellationToken
        );
        return told.ToHashSet();
    }

    /// <summary>Takes what is due for a sink; nobody else sends it until the claim is over.</summary>
    public Task<IReadOnlyList<ClaimedDelivery>> ClaimDeliveriesAsync(
        SinkKind sink,
        string token,
        int limit,
        Duration claim,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("alerts", "claim_deliveries"),
            new SqlArguments()
                .With("sink", Wire.Name(sink))
                .With("token", token)
                .With("limit", limit)
                .With("leaseMicros", claim.BclCompatibleTicks / 10)
                .With("now", clock.ForScript),
            row => new ClaimedDelivery
            {
                DeliveryId = row.Text("delivery_id"),
                Event = row.Word<DeliveryEvent>("event"),
                Payload = row.Text("payload"),
                Attempts = row.Int32("attempts"),
                GiveUpAt = row.At("give_up_at"),
                Now = row.At("now"),
            },
            cancellationToken
        );

    /// <summary>Notes what became of attempts; returns for how many the claim still held.</summary>
    public async Task<long> FinishDeliveriesAsync(
        IReadOnlyList<FinishedDelivery> finished,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("alerts", "finish_deliveries"),
            new SqlArguments().WithRows("rows", finished).With("now", now),
            row => row.Int64("finished"),
            cancellationToken
        );

    /// <summary>When something is due for a sink next, and the time now; null where nothing waits.</summary>
    public async Task<(Instant? DueAt, Instant Now)> NextDueAsync(SinkKind sink, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("alerts", "next_due"),
            new SqlArguments().With("sink", Wire.Name(sink)).With("now", clock.ForScript),
            row => (row.AtOrNull("due_at"), row.At("now")),
            cancellationToken
        );

    /// <summary>Silences a firing alert, or ends its silence where there is no end.</summary>
    /// <returns>The alert as it is then; null where there is none.</returns>
    public async Task<Alert?> SilenceAsync(
        long alertId,
        Instant? until,
        string? reason,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("alerts", "silence"),
            new SqlArguments()
                .With("alertId", alertId)
                .With("until", until)
                .With("reason", reason)
                .With(stamp)
                .With("now", now),
            MapAlert,
            cancellationToken
        );

    /// <summary>A page of alerts, newest first.</summary>
    public Task<IReadOnlyList<Alert>> ListAsync(AlertFilter filter, CancellationToken cancellationToken)
    {
        var arguments = new SqlArguments()
            .With("beforeAt", filter.After?.FiredAt ?? Microseconds.Never)
            .With("beforeId", filter.After?.AlertId ?? long.MaxValue)
            .With("now", clock.ForScript)
            .With("limit", filter.Limit);
        return filter switch
        {
            { State: AlertState.Firing or AlertState.Silenced } or { State: null, IsOpen: true } => engine.RunAsync(
                new("alerts", "list_open"),
                arguments
                    .With("ofCustomer", filter.CustomerId)
                    .With("state", filter.State is { } state ? Wire.Name(state) : null),
                MapAlert,
                cancellationToken
            ),
            { CustomerId: { } customerId } => engine.RunAsync(
                new("alerts", "list_of_customer"),
                arguments.With("customerId", customerId).With("isOver", filter.State is not null),
                MapAlert,
                cancellationToken
            ),
            _ => engine.RunAsync(
                new("alerts", "list_all"),
                arguments.With("isOver", filter.State is not null),
                MapAlert,
                cancellationToken
            ),
        };
    }

    /// <summary>Alerts that are not over, silenced ones included, newest first.</summary>
    public Task<IReadOnlyList<Alert>> ListOpenAsync(int limit, CancellationToken cancellationToken) =>
        ListAsync(new AlertFilter { IsOpen = true, Limit = limit }, cancellationToken);

    /// <summary>Null where there is none, or where it ended so long ago that it was deleted.</summary>
    public async Task<Alert?> FindAsync(long alertId, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("alerts", "get"),
            new SqlArguments().With("alertId", alertId).With("now", clock.ForScript),
            MapAlert,
            cancellationToken
        );

    /// <summary>A page of the deliveries in a state, newest first.</summary>
    public Task<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        DeliveryState state,
        (Instant CreatedAt, string DeliveryId)? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("alerts", "list_deliveries"),
            new SqlArguments()
                .With("state", Wire.Name(state))
                .With("beforeAt", after?.CreatedAt ?? Microseconds.Never)
                .With("beforeId", after?.DeliveryId ?? "")
                .With("limit", limit),
            MapDelivery,
            cancellationToken
        );

    /// <summary>Those of the deliveries that there are, newest first.</summary>
    public Task<IReadOnlyList<DeliveryRecord>> FindDeliveriesAsync(
        IReadOnlyList<string> deliveryIds,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("alerts", "find_deliveries"),
            new SqlArguments().WithRows("rows", deliveryIds),
            MapDelivery,
            cancellationToken
        );

    /// <summary>Gives a dead delivery another window.</summary>
    /// <returns>The delivery as it is then, and whether this call changed it; null where there is none.</returns>
    public async Task<(DeliveryRecord Delivery, bool IsRetried)?> RetryDeliveryAsync(
        string deliveryId,
        Instant giveUpAt,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var found = await engine.RunAsync(
            new("alerts", "retry_delivery"),
            new SqlArguments().With("deliveryId", deliveryId).With("giveUpAt", giveUpAt).With(stamp).With("now", now),
            row => (MapDelivery(row), row.Bool("is_retried")),
            cancellationToken
        );
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>Deletes deliveries that were written before a time, whatever became of them; returns how many.</summary>
    public async Task<long> PurgeDeliveriesAsync(Instant before, int limit, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("alerts", "purge_deliveries"),
            new SqlArguments().With("before", before).With("limit", limit),
            row => row.Int64("deleted"),
            cancellationToken
        );

    /// <summary>Deletes alerts that ended before a time; returns how many.</summary>
    public async Task<long> PurgeAlertsAsync(Instant before, int limit, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("alerts", "purge_alerts"),
            new SqlArguments().With("before", before).With("limit", limit),
            row => row.Int64("deleted"),
            cancellationToken
        );

    /// <summary>Up to which end the runs have been looked at.</summary>
    public async Task<RunMark> RunMarkAsync(CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("alerts", "runs_mark"),
            new SqlArguments(),
            row => new RunMark(row.At("at"), row.Text("id")),
            cancellationToken
        );

    /// <summary>A page of the runs that ended after a mark and up to a time.</summary>
    public async Task<EndedPage> ListEndedAsync(
        RunMark after,
        Instant until,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var rows = await engine.RunAsync(
            new("alerts", "list_ended"),
            new SqlArguments()
                .With("afterAt", after.At)
                .With("afterId", after.Id)
                .With("until", until)
                .With("limit", limit),
            row =>
                (
                    Run: MapEnded(row),
                    Mark: new RunMark(row.At("ended_at"), row.Text("run_id")),
                    Size: row.Int32("page_size")
                ),
            cancellationToken
        );
        return rows is []
            ? new EndedPage([], null, 0)
            : new EndedPage([.. rows.Select(row => row.Run).OfType<EndedRun>()], rows[^1].Mark, rows[^1].Size);
    }

    /// <summary>Moves the mark on from where it was read, with what follows from the runs up to it.</summary>
    /// <returns>False where another process has moved it since; then nothing is written.</returns>
    public async Task<bool> TellRunsAsync(
        RunMark from,
        RunMark to,
        IReadOnlyList<NewDelivery> deliveries,
        IReadOnlyList<FailingPipelineRow> pipelines,
        Instant now,
        Instant giveUpAt,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("alerts", "tell_runs"),
            new SqlArguments()
                .With("fromAt", from.At)
                .With("fromId", from.Id)
                .With("toAt", to.At)
                .With("toId", to.Id)
                .WithRows("rows", deliveries)
                .WithRows("pipelines", pipelines)
                .With("giveUpAt", giveUpAt)
                .With("now", now),
            row => row.Int64("moved"),
            cancellationToken
        ) > 0;

    private static Alert MapAlert(SqlRow row) =>
        new()
        {
            AlertId = row.Int64("alert_id"),
            Rule = row.Text("rule"),
            Subject = row.Text("subject"),
            CustomerId = row.TextOrNull("customer_id"),
            Message = row.Text("message"),
            State = row.Word<AlertState>("state"),
            FiredAt = row.At("fired_at"),
            ResolvedAt = row.AtOrNull("resolved_at"),
            SilencedUntil = row.AtOrNull("silenced_until"),
            SilencedBy = row.TextOrNull("silenced_by"),
            SilenceReason = row.TextOrNull("silence_reason"),
        };

    private static DeliveryRecord MapDelivery(SqlRow row) =>
        new()
        {
            DeliveryId = row.Text("delivery_id"),
            Sink = row.Word<SinkKind>("sink"),
            Event = row.Word<DeliveryEvent>("event"),
            CustomerId = row.TextOrNull("customer_id"),
            AlertId = row.Int64OrNull("alert_id"),
            RunId = row.TextOrNull("run_id"),
            State = row.Word<DeliveryState>("state"),
            Attempts = row.Int32("attempts"),
            NextAttemptAt = row.At("next_attempt_at"),
            GiveUpAt = row.At("give_up_at"),
            LastError = row.TextOrNull("last_error"),
            CreatedAt = row.At("created_at"),
            EndedAt = row.AtOrNull("ended_at"),
        };

    /// <summary>Null for the last run of a page where nobody wants to hear of it, or of which nothing is left.</summary>
    private static EndedRun? MapEnded(SqlRow row)
    {
        var recipients = row.Texts("recipients");
        var failingSince = row.AtOrNull("failing_since");
        if (row.IsNull("company_name") || (recipients.Count == 0 && failingSince is null))
        {
            return null;
        }
        return new EndedRun
        {
            RunId = row.Text("run_id"),
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            CompanyName = row.Text("company_name"),
            DatasetName = row.Text("tenant_dataset_id"),
            PipelineName = row.Text("pipeline_name"),
            Provider = row.Text("provider"),
            Domain = row.Text("domain"),
            PipelineTemplate = row.Text("pipeline_template"),
            Timezone = row.Text("timezone"),
            State = row.Word<RunState>("state"),
            ErrorType = row.TextOrNull("error_type"),
            ErrorMessage = row.TextOrNull("error_message"),
            EndedAt = row.At("ended_at"),
            ScheduledTime = row.At("scheduled_time"),
            DataIntervalStart = row.At("data_interval_start"),
            DataIntervalEnd = row.At("data_interval_end"),
            DurationSeconds = row.Int64OrNull("execution_duration_seconds"),
            RetryAttempt = row.Int32("retry_attempt"),
            IsRetried = row.Bool("is_retried"),
            Recipients = recipients,
            Failing = failingSince is { } since
                ? new FailingPipeline(since, row.At("told_at"), row.Int64("failures"))
                : null,
        };
    }
}
