using System.Globalization;
using NodaTime;

namespace Scheduler.Tests.Simulation;

/// <summary>
/// What has happened, as a number that two replays of a seed must agree on, and, where asked for, in words. Counts how often each fault
/// really hit.
/// </summary>
internal sealed class History(bool keepsLines)
{
    private const int MostLines = 200_000;

    private readonly List<string> lines = [];
    private ulong digest = 14695981039346656037UL;

    public string Digest => digest.ToString("x16", CultureInfo.InvariantCulture);

    public IReadOnlyList<string> Lines => lines;

    /// <summary>How often each fault hit.</summary>
    public SortedDictionary<Fault, int> Hits { get; } = [];

    public void Hit(Fault fault, Instant at, string what)
    {
        Hits[fault] = Hits.GetValueOrDefault(fault) + 1;
        Note(at, fault.ToString(), what);
    }

    public void Note(Instant at, string who, string what)
    {
        Mix(at.ToUnixTimeTicks());
        Mix(who);
        Mix(what);
        if (keepsLines && lines.Count < MostLines)
        {
            lines.Add($"{at:uuuu-MM-dd HH:mm:ss.fff}  {who, -12} {what}");
        }
    }

    private void Mix(string text)
    {
        foreach (var letter in text)
        {
            Mix(letter);
        }
    }

    private void Mix(long value) => digest = (digest ^ (ulong)value) * 1099511628211UL;
}
