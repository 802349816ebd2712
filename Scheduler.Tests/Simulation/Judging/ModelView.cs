using System.Globalization;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Tests.Simulation.Model;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>Reads the model of a store.</summary>
internal sealed class ModelView(ModelStore store) : IStoreView
{
    public IReadOnlyList<RunRow> Runs() =>
        [
            .. store
                .Runs.OrderBy(run => run.Pipeline.ConfigId, StringComparer.Ordinal)
                .ThenBy(run => run.ScheduledTime)
                .ThenBy(run => run.RetryAttempt)
                .ThenBy(run => run.RunId, StringComparer.Ordinal)
                .Select(run => new RunRow(
                    run.RunId,
                    run.Pipeline.ConfigId,
                    run.Pipeline.Customer.CustomerId,
                    run.ScheduledTime,
                    run.IntervalStart,
                    run.IntervalEnd,
                    run.State,
                    run.Reason,
                    run.ErrorType is { } error ? Wire.Parse<ErrorType>(error) : null,
                    (int)run.RetryAttempt,
                    run.ParentRunId,
                    run.Lane,
                    run.CreatedAt,
                    run.EndedAt,
                    run.TakenOn?.UsageId
                )),
        ];

    public IReadOnlyList<ItemRow> Items() =>
        [.. store.Runs.Select(run => run.Item).OfType<ModelItem>().OrderBy(item => item.Order).Select(Item)];

    public IReadOnlyList<ItemRow> OpenItems() =>
        [
            .. store
                .Customers.Values.SelectMany(customer => customer.Pipelines.Values)
                .SelectMany(pipeline => pipeline.Open)
                .OrderBy(item => item.Order)
                .Select(Item),
        ];

    public IReadOnlyList<MoveRow> Moves() =>
        [
            .. store.Transitions.Select(move => new MoveRow(
                move.Run.RunId,
                move.From,
                move.To,
                move.At,
                move.LeaseEpoch,
                move.Actor
            )),
        ];

    public IReadOnlyList<UsageRow> Usage() =>
        [
            .. store.Customers.Values.SelectMany(customer =>
                customer.Usage.Values.Select(day => new UsageRow(
                    day.UsageId,
                    customer.CustomerId,
                    day.Date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture),
                    day.RunToday,
                    day.SucceededToday,
                    day.FailedToday,
                    day.CancelledToday,
                    day.RunMonth
                ))
            ),
        ];

    public IReadOnlyList<ConfigRow> Configs() =>
        [
            .. store.Customers.Values.SelectMany(customer =>
                customer.Pipelines.Values.Select(pipeline => new ConfigRow(
                    pipeline.ConfigId,
                    customer.CustomerId,
                    pipeline.IsActive,
                    pipeline.NextRunTime
                ))
            ),
        ];

    public IReadOnlyDictionary<string, int> LiveLeases(Instant now) =>
        store.Customers.Values.ToDictionary(
            customer => customer.CustomerId,
            customer => customer.Leases.Count(item => item.LeaseExpiresAt > now)
        );

    private static ItemRow Item(ModelItem item) =>
        new(
            item.Run.RunId,
            item.Customer.CustomerId,
            item.State.ToString().ToUpperInvariant(),
            item.Priority,
            item.VisibleAt,
            item.LeaseEpoch,
            item.LeaseExpiresAt,
            item.CompletedAt
        );
}
