using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;

namespace NodeGuard.Agent.Logging;

/// <summary>
/// Loggers that write lines to one stream: priority-prefixed text for the journal, dated text otherwise, or JSON. The
/// framework's console logger costs a thread, a queue and a service container that the agent has no other use for.
/// </summary>
public sealed class AgentLoggerFactory : ILoggerFactory
{
    private readonly LogLineWriter _writer;
    private volatile int _level;

    /// <param name="options">Level and format.</param>
    /// <param name="output">Standard error; not disposed here.</param>
    /// <param name="journal">Whether the output is the journal ($JOURNAL_STREAM is set), which dates lines itself.</param>
    /// <param name="time">For the dates of lines.</param>
    public AgentLoggerFactory(LogOptions options, Stream output, bool journal, TimeProvider time)
    {
        _writer = new LogLineWriter(output, options.Format, journal, time);
        _level = (int)options.Level;
    }

    /// <summary>May be changed while loggers are in use.</summary>
    public LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

#pragma warning disable CA2000 // Standard error stays open as long as the process.
    public static AgentLoggerFactory ToStandardError(LogOptions options) => new(
        options,
        Console.OpenStandardError(),
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM")),
        TimeProvider.System);
#pragma warning restore CA2000

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("the agent's loggers write to one stream only; give that stream to the constructor");

    public void Dispose()
    {
    }

    private sealed class LineLogger(AgentLoggerFactory factory, string category) : ILogger
    {
        // Kestrel tells of every odd client at lower levels; only what an operator should act on is kept.
        private readonly LogLevel _floor =
            category.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Trace;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= factory.Level && logLevel >= _floor && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                factory._writer.Write(new LogLine(
                    logLevel, category, eventId.Name, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>> ?? [], exception));
            }
        }
    }
}
