using Microsoft.Extensions.Primitives;

namespace Scheduler.Api.Auth;

/// <summary>The credential headers of a request.</summary>
public abstract record PresentedKey
{
    public const string AdminHeader = "X-Admin-Key";
    public const string WorkerHeader = "X-Worker-Key";
    public const string CustomerHeader = "X-API-Key";

    private PresentedKey() { }

    public sealed record None : PresentedKey;

    /// <summary>Exactly one. A class's ToString would print the value, so the record's is replaced.</summary>
    public sealed record One(CallerKind Kind, string Value) : PresentedKey
    {
        public override string ToString() => Kind.ToString();
    }

    /// <summary>More than one. Which of them was meant cannot be known, so none is taken: no request gains by a guess.</summary>
    public sealed record Several : PresentedKey;

    public static PresentedKey Read(IHeaderDictionary headers)
    {
        (CallerKind Kind, StringValues Values)[] all =
        [
            (CallerKind.Admin, headers[AdminHeader]),
            (CallerKind.Worker, headers[WorkerHeader]),
            (CallerKind.Customer, headers[CustomerHeader]),
        ];
        return all.Sum(header => header.Values.Count) switch
        {
            0 => new None(),
            1 => all.Where(header => header.Values.Count == 1)
                .Select(header => new One(header.Kind, header.Values[0] ?? ""))
                .Single(),
            _ => new Several(),
        };
    }
}
