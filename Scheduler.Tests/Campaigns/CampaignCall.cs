using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Scheduler.Tests.Campaigns;

/// <summary>Which campaigns are asked for.</summary>
/// <param name="Faults">F1 to F16, or <c>mixes</c>; all faults where none is named.</param>
/// <param name="First">The first seed.</param>
/// <param name="Count">How many seeds of each.</param>
/// <param name="Keeps">Whether logs and journals stay.</param>
internal sealed record CampaignCall(IReadOnlyList<string> Faults, int First, int Count, bool Keeps)
{
    public const string Usage = "campaign [F1 … F16 | mixes] [--seed N] [--seeds COUNT] [--keep]";
    public const string Mixes = "mixes";

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out CampaignCall? call)
    {
        var names = new List<string>();
        var (first, count, keeps) = (1, 1, false);
        call = null;
        for (var place = 0; place < arguments.Length; place++)
        {
            var number = place + 1 < arguments.Length ? Number(arguments[place + 1]) : null;
            switch (arguments[place])
            {
                case "--keep":
                    keeps = true;
                    break;
                case "--seed" when number is not null:
                    first = number.Value;
                    place++;
                    break;
                case "--seeds" when number > 0:
                    count = number.Value;
                    place++;
                    break;
                case var name when name == Mixes || FaultCatalog.Ids.Contains(name):
                    names.Add(name);
                    break;
                default:
                    return false;
            }
        }
        call = new CampaignCall(names.Count > 0 ? names : FaultCatalog.Ids, first, count, keeps);
        return true;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
