using System.Collections;
using System.Globalization;

namespace Scheduler.Core.Telemetry;

/// <summary>The line about a request that was answered. It holds no query string, no header and no body.</summary>
/// <param name="Path">Percent-encoded, so that a path cannot forge a line.</param>
/// <param name="Caller">The name of the caller's key.</param>
public sealed record RequestLine(string Method, string Path, int Status, TimeSpan Elapsed, string Caller)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 5;

    public KeyValuePair<string, object?> this[int index] =>
        index switch
        {
            0 => new(nameof(Method), Method),
            1 => new(nameof(Path), Path),
            2 => new(nameof(Status), Status),
            3 => new("ElapsedMs", Milliseconds),
            4 => new(nameof(Caller), Caller),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

    private double Milliseconds => Math.Round(Elapsed.TotalMilliseconds, 1);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Method} {Path} {Status} {Milliseconds} ms, {Caller}");
}
