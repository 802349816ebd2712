using System.Globalization;
using System.Text.Json;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>The audit trail in the words of the API.</summary>
internal static class AuditView
{
    public static AuditEntryResponse Of(AuditEntry entry) =>
        new()
        {
            AuditId = entry.AuditId,
            At = entry.At,
            CustomerId = entry.CustomerId,
            Actor = entry.ActorKind,
            KeyId = entry.KeyId,
            RequestId = entry.RequestId,
            Action = entry.Action,
            Target = entry.Target,
            Before = Json(entry.BeforeJson),
            After = Json(entry.AfterJson),
            Chain = entry.Chain,
            Position = entry.Position,
            Hash = entry.EntryHash,
        };

    public static RefusedCallsResponse Of(RefusedCalls refused) =>
        new()
        {
            Minute = refused.Minute,
            Caller = refused.Caller,
            Route = refused.Route,
            Status = refused.Status,
            CustomerId = refused.CustomerId,
            Calls = refused.Calls,
        };

    public static IReadOnlyList<string> CursorOf(RefusedCalls refused) =>
        [
            refused.Minute.Micros().ToString(CultureInfo.InvariantCulture),
            refused.Caller,
            refused.Route,
            refused.Status.ToString(CultureInfo.InvariantCulture),
        ];

    /// <summary>Null when the values are not a place in the list.</summary>
    public static RefusedCalls? PlaceOf(IReadOnlyList<string> cursor) =>
        cursor is [var minute, var caller, var route, var status]
        && long.TryParse(minute, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
        && micros <= Microseconds.Never.Micros()
        && int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new RefusedCalls(Microseconds.FromMicroseconds(micros), caller, route, code, null, 0)
            : null;

    private static JsonElement? Json(string? text)
    {
        if (text is null)
        {
            return null;
        }
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
