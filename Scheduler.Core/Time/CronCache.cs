using System.Collections.Concurrent;

namespace Scheduler.Core.Time;

/// <summary>
/// Parsed expressions by their text. A trigger reads 100,000 configs that share a few hundred expressions.
/// Bounded: two generations; when the young one is full it becomes the old one, and the old one is let go.
/// Refusals are not kept, so that nonsense cannot push out what is in use.
/// </summary>
internal sealed class CronCache(int generationSize)
{
    private volatile ConcurrentDictionary<string, CronParseResult.Parsed> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, CronParseResult.Parsed> _old = new(StringComparer.Ordinal);
    private int _added;

    /// <summary>At most this many expressions are held, give or take concurrent callers.</summary>
    public int Count => _young.Count + _old.Count;

    public CronParseResult Parse(string? text)
    {
        if (text is null || text.Length > CronExpression.MaximumLength)
        {
            return CronExpression.Parse(text);
        }
        if (_young.TryGetValue(text, out var known))
        {
            return known;
        }
        if (!_old.TryGetValue(text, out known))
        {
            var result = CronExpression.Parse(text);
            if (result is not CronParseResult.Parsed parsed)
            {
                return result;
            }
            known = parsed;
        }
        Keep(text, known);
        return known;
    }

    private void Keep(string text, CronParseResult.Parsed parsed)
    {
        if (Interlocked.Increment(ref _added) > generationSize)
        {
            Interlocked.Exchange(ref _added, 1);
            _old = _young;
            _young = new ConcurrentDictionary<string, CronParseResult.Parsed>(StringComparer.Ordinal);
        }
        _young[text] = parsed;
    }
}
