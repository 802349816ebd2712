using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Embedding;

/// <summary>Hands out links to customers' pages, and writes down that it did.</summary>
internal sealed class EmbedLinkMaking(
    EmbedLinks links,
    CustomerStore customers,
    AuditStore audit,
    IIdSource ids,
    IClock clock
)
{
    /// <summary>Null when there is no such customer.</summary>
    public async Task<EmbedLink?> MakeAsync(
        string customerId,
        Duration life,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (await customers.StandingAsync(customerId, cancellationToken) is null)
        {
            return null;
        }
        var now = clock.GetCurrentInstant();
        var link = links.Sign(customerId, now + life);
        await audit.RecordAsync(
            customerId,
            new AuditStamp(ids.NewId(now), actor),
            "embed_link.create",
            customerId,
            JsonSerializer.Serialize(new { expires_at = link.Until.ToString() }),
            now,
            cancellationToken
        );
        return link;
    }
}
