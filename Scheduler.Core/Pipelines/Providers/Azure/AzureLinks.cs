using System.Text.Json;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>Links to further pages.</summary>
internal static class AzureLinks
{
    /// <summary>The link is the server's own text: one that leads anywhere else would carry the token there.</summary>
    /// <exception cref="PipelineException">It leads to another host, or was there before.</exception>
    public static Uri? Next(ProviderSession session, JsonElement holder, string field)
    {
        if (session.Pages.Next(holder.TextOrNull(field)) is not { } link)
        {
            return null;
        }
        return Uri.TryCreate(link, UriKind.Absolute, out var next) && session.Endpoint.Holds(next)
            ? next
            : throw JsonFields.Drift(session.Provider, field, "on the host that was asked");
    }
}
