using System.Globalization;
using System.Numerics;

namespace Scheduler.Core.Time;

/// <summary>What one field of an expression says.</summary>
/// <param name="Bits">Bit n is set when n is one of the field's values.</param>
/// <param name="IsAny">Written <c>*</c> or <c>?</c>: the field restricts nothing. <c>*/n</c> does restrict.</param>
/// <param name="StartsWithStar">Begins with <c>*</c>: for hours and minutes, a rhythm rather than a fixed time.</param>
/// <param name="Canonical">The field with numbers for names, 0 for a lone Sunday, and no leading zeros.</param>
internal readonly record struct CronFieldValues(ulong Bits, bool IsAny, bool StartsWithStar, string Canonical)
{
    /// <summary>The largest value up to <paramref name="limit"/>, or -1.</summary>
    public int LastUpTo(int limit) => HighestBit(Bits & UpTo(limit));

    /// <summary>The values as a plain list of numbers, or <c>*</c>.</summary>
    public string PlainList()
    {
        if (IsAny)
        {
            return "*";
        }
        var bits = Bits;
        return string.Join(
            ',',
            Enumerable
                .Range(0, 60)
                .Where(n => (bits >> n & 1) == 1)
                .Select(n => n.ToString(CultureInfo.InvariantCulture))
        );
    }

    /// <summary>A mask of the bits 0 to <paramref name="n"/>; empty when <paramref name="n"/> is -1.</summary>
    public static ulong UpTo(int n) => (1UL << (n + 1)) - 1;

    /// <summary>The position of the highest bit that is set, or -1.</summary>
    public static int HighestBit(ulong bits) => 63 - BitOperations.LeadingZeroCount(bits);
}
