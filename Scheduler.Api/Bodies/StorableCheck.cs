using System.Globalization;
using System.Text.Json;

namespace Scheduler.Api.Bodies;

/// <summary>
/// Finds what JSON can write and not every store can hold: an escaped half of a surrogate pair, <c>"\ud800"</c>, the character
/// NUL, <c>"\u0000"</c>, and numbers beyond a double, <c>1e999999</c>.
/// </summary>
internal static class StorableCheck
{
    private const int MostDigits = 400;
    private const int LargestExponent = 400;

    /// <summary>What is wrong with the text and numbers within the element, names included; null when nothing is.</summary>
    public static string? Fault(JsonElement element)
    {
        try
        {
            return FaultWithin(element);
        }
        catch (InvalidOperationException)
        {
            return "Must be valid Unicode; it has half a surrogate pair.";
        }
    }

    private static string? FaultWithin(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => FaultOf(element.GetString()!),
            JsonValueKind.Number when !IsStorable(element.GetRawText()) =>
                $"Numbers must be within those of a double, ±1.7e308, and have at most {MostDigits} characters.",
            JsonValueKind.Array => element
                .EnumerateArray()
                .Select(FaultWithin)
                .FirstOrDefault(fault => fault is not null),
            JsonValueKind.Object => element
                .EnumerateObject()
                .Select(member => FaultOf(member.Name) ?? FaultWithin(member.Value))
                .FirstOrDefault(fault => fault is not null),
            _ => null,
        };

    private static string? FaultOf(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? "Must not contain the control character NUL." : null;

    // The exponent too: a zero may have any, and a store may write it out.
    private static bool IsStorable(string number) =>
        number.Length <= MostDigits
        && double.IsFinite(double.Parse(number, CultureInfo.InvariantCulture))
        && (
            number.IndexOfAny(['e', 'E']) is not (> 0 and var at)
            || (
                int.TryParse(
                    number.AsSpan(at + 1),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var e
                ) && e is >= -LargestExponent and <= LargestExponent
            )
        );
}
