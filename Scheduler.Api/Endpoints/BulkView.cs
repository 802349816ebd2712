using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Api.Endpoints;

/// <summary>A bulk in the words of the API.</summary>
internal static class BulkView
{
    public static BulkResponse Of(Bulk bulk) =>
        new()
        {
            BulkId = bulk.BulkId,
            Action = bulk.Action,
            State = bulk.State,
            Filter = JsonSerializer.Deserialize<JsonElement>(bulk.Filter),
            Reason = bulk.Reason,
            Until = bulk.Until,
            FailedSince = bulk.FailedSince,
            Total = bulk.Total,
            CreatedBy = bulk.Actor.KeyId,
            CreatedAt = bulk.CreatedAt,
            UpdatedAt = bulk.UpdatedAt,
            EndedAt = bulk.EndedAt,
        };

    public static BulkResponse Of(
        Bulk bulk,
        IReadOnlyDictionary<BulkItemState, long> items,
        IReadOnlyList<BulkItem> exceptions
    ) => Of(bulk) with { Progress = Progress(bulk, items), Exceptions = [.. exceptions.Select(Of)] };

    public static BulkResponse Of(BulkAction action, BulkResult.Planned planned) =>
        new()
        {
            Action = action,
            Total = planned.Total,
            Untouched = planned.Untouched,
            First = [.. planned.First.Select(PipelineView.Of)],
        };

    private static BulkItemResponse Of(BulkItem item) =>
        new()
        {
            CustomerId = item.CustomerId,
            ConfigId = item.ConfigId,
            State = item.State,
            Detail = item.Detail,
            RunIds = item.RunIds,
        };

    private static BulkProgressResponse Progress(Bulk bulk, IReadOnlyDictionary<BulkItemState, long> items)
    {
        var left = items.GetValueOrDefault(
            bulk.State is BulkState.Undoing or BulkState.Undone ? BulkItemState.Done : BulkItemState.Pending
        );
        return new BulkProgressResponse
        {
            Pending = items.GetValueOrDefault(BulkItemState.Pending),
            Done = items.GetValueOrDefault(BulkItemState.Done),
            Refused = items.GetValueOrDefault(BulkItemState.Refused),
            Undone = items.GetValueOrDefault(BulkItemState.Undone),
            Kept = items.GetValueOrDefault(BulkItemState.Kept),
            Percent = bulk.Total == 0 ? 100 : Math.Round(100.0 * (bulk.Total - left) / bulk.Total, 1),
        };
    }
}
