using Microsoft.Extensions.Logging;

namespace Scheduler.Tests.Execution;

/// <summary>Keeps every line.</summary>
internal sealed class RecordingLogger : ILogger
{
    public List<(LogLevel Level, string Text)> Lines { get; } = [];

    public IEnumerable<string> Texts(LogLevel atLeast) =>
        Lines.Where(line => line.Level >= atLeast).Select(line => line.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (Lines)
        {
            Lines.Add((logLevel, formatter(state, exception)));
        }
    }
}
