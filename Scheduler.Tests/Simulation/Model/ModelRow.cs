using System.Text;
using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>One row of an answer: its cells by column name, read when they are asked for.</summary>
/// <param name="cell">Throws for a column that the answer does not have; see <see cref="Unknown"/>.</param>
internal sealed class ModelRow(Func<string, object?> cell) : SqlRow
{
    public static object? Unknown(string column) =>
        throw new NotSupportedException($"The model's answer has no column '{column}'.");

    /// <summary>The one row of one column.</summary>
    public static IReadOnlyList<ModelRow> Single(string name, object? value) =>
        [new ModelRow(column => column == name ? value : Unknown(column))];

    public override bool IsNull(string column) => cell(column) is null;

    public override string Text(string column) => (string)NotNull(column);

    public override long Int64(string column) =>
        NotNull(column) switch
        {
            bool flag => flag ? 1 : 0,
            int number => number,
            long number => number,
            Instant at => at.Micros(),
            var other => throw new InvalidCastException($"{column} is a {other.GetType().Name}, no number."),
        };

    public override double Double(string column) => NotNull(column) is double number ? number : Int64(column);

    public override Instant At(string column) =>
        NotNull(column) is Instant at ? at : Microseconds.FromMicroseconds(Int64(column));

    public override byte[] Bytes(string column) => Encoding.UTF8.GetBytes(Text(column));

    private object NotNull(string column) => cell(column) ?? throw new InvalidCastException($"{column} is null.");
}
