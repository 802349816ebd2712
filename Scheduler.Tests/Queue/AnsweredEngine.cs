using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Queue;

/// <summary>A store that answers as a test says, in one column: for answers that a real one gives only by a race.</summary>
internal sealed class AnsweredEngine : ISqlEngine
{
    private readonly Dictionary<string, Func<SqlArguments, IEnumerable<object?>>> answers = [];

    public string Dialect => "answered";

    public bool ReadsAreCharged { get; init; }

    /// <param name="operation">Such as <c>queue.claim</c>. One that has no answer fails.</param>
    /// <param name="answer">The values of the rows.</param>
    public void Answer(string operation, Func<SqlArguments, IEnumerable<object?>> answer) =>
        answers[operation] = answer;

    public Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult<IReadOnlyList<T>>([
            .. answers[operation.ToString()](arguments).Select(value => map(new Row(value))),
        ]);

    public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed class Row(object? value) : SqlRow
    {
        public override bool IsNull(string column) => value is null;

        public override string Text(string column) => (string)value!;

        public override long Int64(string column) => (int)value!;

        public override double Double(string column) => (double)value!;

        public override Instant At(string column) => (Instant)value!;

        public override byte[] Bytes(string column) => (byte[])value!;
    }
}
