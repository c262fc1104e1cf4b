using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Waybill.TestKit;

/// <summary>Keeps what the server logs as a defect of its own: no test may leave one.</summary>
public sealed class ErrorLog : ILoggerFactory, ILogger
{
    /// <summary>What was logged.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Errors.Enqueue($"{formatter(state, exception)}: {exception}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
