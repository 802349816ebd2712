using System.Globalization;
using System.Text.Json;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>One reading of one column, and what it gave.</summary>
internal readonly record struct ReadCell(string Column, CellKind Kind, object Value)
{
    // Documents that an engine may write in its own way.
    private static readonly string[] Documents =
    [
        "parameters",
        "retry_config",
        "notification_emails",
        "default_parameters",
    ];

    /// <summary>Averages are summed up in an order of the engine's own.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Whether another row gives the same where it is read in the same way.</summary>
    public bool IsIn(SqlRow row)
    {
        var other = In(row);
        return (Kind, Value, other) switch
        {
            (CellKind.Fraction, double one, double two) => Math.Abs(one - two) < Rounding,
            (CellKind.Bytes, byte[] one, byte[] two) => one.AsSpan().SequenceEqual(two),
            (CellKind.Text, string one, string two) => one == two || (Documents.Contains(Column) && IsSame(one, two)),
            _ => Value.Equals(other),
        };
    }

    /// <summary>What the row gives, read in this way; null where that cannot be.</summary>
    public object? In(SqlRow row)
    {
        if (Kind == CellKind.Null)
        {
            return row.IsNull(Column);
        }
        return row.IsNull(Column)
            ? null
            : Kind switch
            {
                CellKind.Text => row.Text(Column),
                CellKind.Number => row.Int64(Column),
                CellKind.Flag => row.Bool(Column),
                CellKind.Fraction => row.Double(Column),
                CellKind.Instant => row.At(Column),
                _ => row.Bytes(Column),
            };
    }

    /// <summary>For the reader of a difference.</summary>
    public string Tell(object? value) =>
        Kind == CellKind.Null
            ? $"{Column} is {(value is true ? "" : "not ")}null"
            : string.Create(CultureInfo.InvariantCulture, $"{Column}={value ?? "null"}");

    private static bool IsSame(string one, string two)
    {
        using var first = JsonDocument.Parse(one);
        using var second = JsonDocument.Parse(two);
        return JsonElement.DeepEquals(first.RootElement, second.RootElement);
    }
}
