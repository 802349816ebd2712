using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>
/// The database: it runs one script after the other, each in an instant, and is the one clock that counts. It never dies in a history,
/// only fails to answer; that what it has committed survives is shown with real servers elsewhere.
/// </summary>
internal sealed class StoreServer(ISqlEngine engine, EventLoop loop, History history)
{
    /// <summary>Called before a script runs, and with the number of rows it has answered after it is committed.</summary>
    public Action<SqlOperation> Before { get; set; } = _ => { };

    public Action<SqlOperation, int> After { get; set; } = (_, _) => { };

    /// <summary>Until then it answers nobody.</summary>
    public Instant AwayUntil { get; set; }

    public bool IsAway => loop.Now < AwayUntil;

    public ISqlEngine Engine => engine;

    public long Scripts { get; private set; }

    public IReadOnlyList<T> Run<T>(SqlOperation operation, SqlArguments arguments, Func<SqlRow, T> map)
    {
        Scripts++;
        if (operation == new SqlOperation("clock", "now"))
        {
            return [map(new ClockRow(loop.Now))];
        }
        var timed = WithTime(arguments);
        Before(operation);
        var rows = engine.RunAsync(operation, timed, map, CancellationToken.None);
        if (!rows.IsCompleted)
        {
            throw new InvalidOperationException($"{operation} has left the thread of the history.");
        }
        var answered = rows.GetAwaiter().GetResult();
        history.Note(loop.Now, "store", $"{operation} {answered.Count}");
        After(operation, answered.Count);
        return answered;
    }

    /// <summary>A script that would ask the database for the time gets the true one.</summary>
    private SqlArguments WithTime(SqlArguments arguments)
    {
        if (!arguments.Values.Any(argument => argument is { Name: "now", Value: null }))
        {
            return arguments;
        }
        var timed = new SqlArguments();
        foreach (var argument in arguments.Values)
        {
            timed.With(
                argument is { Name: "now", Value: null }
                    ? argument with
                    {
                        Value = loop.Now.ToMicroseconds(),
                    }
                    : argument
            );
        }
        return timed;
    }

    private sealed class ClockRow(Instant now) : SqlRow
    {
        public override Instant At(string column) => now.ToMicroseconds();

        public override bool IsNull(string column) => false;

        public override string Text(string column) => throw new NotSupportedException(column);

        public override long Int64(string column) => throw new NotSupportedException(column);

        public override double Double(string column) => throw new NotSupportedException(column);

        public override byte[] Bytes(string column) => throw new NotSupportedException(column);
    }
}
