using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>
/// Reads lists of the form <c>{data, has_more, next_page}</c> to their end, as OpenAI's and Anthropic's reports have it.
/// </summary>
public static class BucketPages
{
    /// <summary>The buckets of each page and the bytes read for it.</summary>
    /// <param name="session">Who asks.</param>
    /// <param name="make">The request for a page token; null is the first page.</param>
    public static async IAsyncEnumerable<(IEnumerable<JsonElement> Buckets, long Bytes)> ReadAsync(
        ProviderSession session,
        Func<string?, HttpRequestMessage> make,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        session.Pages.Begin();
        string? token = null;
        do
        {
            session.Pages.Count();
            var (page, provider) = (token, session.Provider);
            var answer = await session.SendAsync(_ => ValueTask.FromResult(make(page)), cancellationToken);
            yield return (answer.Json.Items(provider, "data"), answer.Length);
            token = session.Pages.Next(
                answer.Json.Flag(provider, "has_more") ? answer.Json.Scalar(provider, "next_page") : null
            );
        } while (token is not null);
    }
}
