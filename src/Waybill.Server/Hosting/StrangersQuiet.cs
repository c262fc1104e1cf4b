using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Waybill.Server.Hosting;

/// <summary>
/// The loggers of the web server without those of its errors that any stranger can cause, each with a stack trace: an upload that is broken off, requests beyond the bound of a
/// connection. Nothing is wrong with the server then, and the log is for what is.
/// </summary>
/// <param name="inner">Where all else goes.</param>
internal sealed class StrangersQuiet(ILoggerFactory inner) : ILoggerFactory
{
    private static readonly FrozenDictionary<string, int> Quiet = new Dictionary<string, int>
    {
        // RequestBodyDrainBodyReaderInvalidState: what the client still owed of its body cannot be read away, since it has gone.
        ["Microsoft.AspNetCore.Server.Kestrel"] = 67,

        // Http2QueueOperationsExceeded: more requests were refused than answers to that have room; the client is told INTERNAL_ERROR, and the connection ends.
        ["Microsoft.AspNetCore.Server.Kestrel.Http2"] = 60,
    }.ToFrozenDictionary();

    public ILogger CreateLogger(string categoryName) =>
        Quiet.TryGetValue(categoryName, out var id) ? new Filtered(inner.CreateLogger(categoryName), id) : inner.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The loggers are the server's.
    }

    private sealed class Filtered(ILogger inner, int quiet) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != quiet)
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
