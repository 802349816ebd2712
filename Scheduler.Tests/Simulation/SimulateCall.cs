using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Scheduler.Tests.Simulation;

/// <summary>Which histories are asked for.</summary>
/// <param name="First">The first seed.</param>
/// <param name="Count">How many seeds from there on.</param>
/// <param name="Days">How long each history lasts.</param>
/// <param name="ShowsLines">Whether every step is told.</param>
/// <param name="IsBrief">Whether the first failure ends it, without looking for its shortest form.</param>
/// <param name="Store">On which store.</param>
internal sealed record SimulateCall(int First, int Count, int Days, bool ShowsLines, bool IsBrief, SimulatedStore Store)
{
    public const string Usage =
        "simulate [--seed N] [--seeds COUNT] [--days N] [--store sqlite|model|both] [--show] [--brief]";

    private const int UsualDays = 7;

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out SimulateCall? call)
    {
        call = new SimulateCall(1, 1, UsualDays, ShowsLines: false, IsBrief: false, SimulatedStore.Sqlite);
        for (var place = 0; place < arguments.Length; place++)
        {
            var number = place + 1 < arguments.Length ? Number(arguments[place + 1]) : null;
            switch (arguments[place], number)
            {
                case ("--show", _):
                    call = call with { ShowsLines = true };
                    continue;
                case ("--store", _)
                    when place + 1 < arguments.Length
                        && Enum.TryParse<SimulatedStore>(arguments[place + 1], ignoreCase: true, out var store)
                        && Enum.IsDefined(store):
                    call = call with { Store = store };
                    break;
                case ("--brief", _):
                    call = call with { IsBrief = true };
                    continue;
                case ("--seed", >= 0):
                    call = call with { First = number.Value };
                    break;
                case ("--seeds", > 0):
                    call = call with { Count = number.Value };
                    break;
                case ("--days", > 0 and <= 365):
                    call = call with { Days = number.Value };
                    break;
                default:
                    call = null;
                    return false;
            }
            place++;
        }
        return true;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
