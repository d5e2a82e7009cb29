using Microsoft.Extensions.Logging;

namespace NodeGuard.Testing.Fleet;

/// <summary>Keeps what the controller logs, for the message of a test that fails.</summary>
internal sealed class StageLog : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
            _lines.Add($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
    }

    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _lines);
    }
}
