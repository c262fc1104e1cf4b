using System.Diagnostics;

namespace Waybill.Fuzz;

/// <summary>Ends the program when one input takes too long: a hang in a parser cannot be caught from its own thread.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly ITimer _timer;
    private readonly Action<byte[]> _report;
    private long _started;
    private byte[]? _input;

    public Watchdog(TimeSpan limit, Action<byte[]> report)
    {
        _limit = limit;
        _report = report;
        _timer = TimeProvider.System.CreateTimer(_ => Check(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Begin(byte[] input)
    {
        Volatile.Write(ref _started, Stopwatch.GetTimestamp());
        Volatile.Write(ref _input, input);
    }

    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        if (Volatile.Read(ref _input) is { } input && Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) > _limit)
        {
            _report(input);
            Environment.Exit(1);
        }
    }
}
