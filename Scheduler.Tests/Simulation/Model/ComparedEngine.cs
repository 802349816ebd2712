using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// Runs every operation on an engine and on the model, one at a time, and answers what the engine answers. Throws
/// <see cref="ModelDifference"/> where the answers differ in a column that the store reads, or only one of them throws. What the model
/// does not have runs on the engine alone.
/// </summary>
internal sealed class ComparedEngine(ISqlEngine real, ModelEngine model) : ISqlEngine, IDisposable
{
    // The SQL leaves the order open there, and nothing depends on it.
    private static readonly string[] WithoutOrder =
    [
        "queue.list_parked",
        "queue.list_overdue_waiting",
        "alerts.list_open",
    ];

    // Numbers that a store gives as it likes.
    private static readonly (string Operation, string Column)[] NotCompared = [("alerts.list_open", "alert_id")];

    private static readonly JsonSerializerOptions Printing = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new WireEnumConverter(), new InstantText(), new DateText() },
    };

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<SqlOperation, IReadOnlyList<ReadCell>> lastRead = [];

    public string Dialect => real.Dialect;

    public bool WritesConcurrently => real.WritesConcurrently;

    public bool ReadsAreCharged => real.ReadsAreCharged;

    public TimeSpan FlushInterval => real.FlushInterval;

    /// <summary>How many operations were compared.</summary>
    public int Compared { get; private set; }

    public Task MigrateAsync(CancellationToken cancellationToken) => real.MigrateAsync(cancellationToken);

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var (answered, failure) = await TryAsync(
                real,
                operation,
                arguments,
                row => Record(operation, row, map),
                cancellationToken
            );
            var (expected, modelFailure) = await TryAsync(model, operation, arguments, row => row, cancellationToken);
            if (answered.Count > 0)
            {
                lastRead[operation] = answered[^1].Cells;
            }
            if (modelFailure is not NotSupportedException)
            {
                Compared++;
                if ((failure is null) != (modelFailure is null))
                {
                    throw Difference(
                        operation,
                        arguments,
                        failure is null ? Tell(answered) : failure.ToString(),
                        modelFailure is null ? Tell(operation, answered, expected) : modelFailure.ToString()
                    );
                }
                if (failure is null && !AreSame(operation, answered, expected))
                {
                    throw Difference(operation, arguments, Tell(answered), Tell(operation, answered, expected));
                }
            }
            return failure is null ? [.. answered.Select(row => row.Mapped)] : throw failure;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private static async Task<(IReadOnlyList<T> Rows, Exception? Failure)> TryAsync<T>(
        ISqlEngine engine,
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await engine.RunAsync(operation, arguments, map, cancellationToken), null);
        }
#pragma warning disable CA1031 // Whatever it is: the other one must not go through then.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return ([], failure);
        }
    }

    private static (T Mapped, IReadOnlyList<ReadCell> Cells) Record<T>(
        SqlOperation operation,
        SqlRow row,
        Func<SqlRow, T> map
    )
    {
        var recording = new RecordingRow(row);
        return (
            map(recording),
            [.. recording.Cells.Where(cell => !NotCompared.Contains((operation.ToString(), cell.Column)))]
        );
    }

    private static bool AreSame<T>(
        SqlOperation operation,
        IReadOnlyList<(T Mapped, IReadOnlyList<ReadCell> Cells)> answered,
        IReadOnlyList<SqlRow> expected
    )
    {
        if (answered.Count != expected.Count)
        {
            return false;
        }
        if (!WithoutOrder.Contains(operation.ToString()))
        {
            return answered.Zip(expected, (row, other) => IsSame(row.Cells, other)).All(same => same);
        }
        var left = expected.ToList();
        foreach (var (_, cells) in answered)
        {
            var found = left.FindIndex(other => IsSame(cells, other));
            if (found < 0)
            {
                return false;
            }
            left.RemoveAt(found);
        }
        return true;
    }

    private static bool IsSame(IReadOnlyList<ReadCell> cells, SqlRow other) => cells.All(cell => cell.IsIn(other));

    private static ModelDifference Difference(
        SqlOperation operation,
        SqlArguments arguments,
        string real,
        string model
    ) =>
        new(
            operation,
            $"""
            {operation} ({string.Join(
                ", ",
                arguments.Values.Select(argument => $"{argument.Name}: {Text(argument.Value)}")
            )})
            the engine answers
            {real}
            the model answers
            {model}
            """
        );

    private static string Tell<T>(IReadOnlyList<(T Mapped, IReadOnlyList<ReadCell> Cells)> rows) =>
        rows.Count == 0
            ? "  nothing"
            : string.Join(
                '\n',
                rows.Select(row => "  " + string.Join(' ', row.Cells.Select(cell => cell.Tell(cell.Value))))
            );

    /// <summary>The model's rows, as far as the engine's are read.</summary>
    private string Tell<T>(
        SqlOperation operation,
        IReadOnlyList<(T Mapped, IReadOnlyList<ReadCell> Cells)> answered,
        IReadOnlyList<SqlRow> expected
    )
    {
        return expected.Count == 0 ? "  nothing"
            : lastRead.ContainsKey(operation) ? string.Join('\n', expected.Select(TellRow))
            : $"  {expected.Count} rows";

        string TellRow(SqlRow row, int nth)
        {
            var cells = nth < answered.Count ? answered[nth].Cells : lastRead[operation];
            return "  " + string.Join(' ', cells.Select(cell => cell.Tell(cell.In(row))));
        }
    }

    private static string Text(object? value) =>
        value switch
        {
            null => "null",
            SqlRows rows => JsonSerializer.Serialize(rows.Rows, rows.Type, Printing),
            _ => value.ToString()!,
        };

    private sealed class InstantText : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(InstantPattern.ExtendedIso.Format(value));
    }

    private sealed class DateText : JsonConverter<LocalDate>
    {
        public override LocalDate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, LocalDate value, JsonSerializerOptions options) =>
            writer.WriteStringValue(LocalDatePattern.Iso.Format(value));
    }
}
