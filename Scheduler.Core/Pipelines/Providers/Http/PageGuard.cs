using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>Ends paging that has no end: too many pages, or a token that was there before.</summary>
public sealed class PageGuard(string provider, int mostPages)
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private int pages;

    /// <summary>Counts a page that is about to be asked for.</summary>
    /// <exception cref="PipelineException">There were too many.</exception>
    public void Count()
    {
        if (++pages > mostPages)
        {
            throw new PipelineException(
                ErrorType.SchemaDrift,
                $"{provider} sends more than {mostPages} pages, the most that a run reads."
            );
        }
    }

    /// <summary>A listing of its own: its tokens have nothing to do with those before.</summary>
    public void Begin() => seen.Clear();

    /// <summary>Takes the token of the next page; null ends the listing.</summary>
    /// <exception cref="PipelineException">The token was there before.</exception>
    public string? Next(string? token) =>
        token is null || seen.Add(token)
            ? token
            : throw new PipelineException(
                ErrorType.SchemaDrift,
                $"{provider} repeats a page token: its pages have no end."
            );
}
