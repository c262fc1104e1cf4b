namespace Waybill.TestKit;

/// <summary>A clock that somebody set wrong: another one, and what it is off by.</summary>
public sealed class ShiftedTime(TimeProvider right) : TimeProvider
{
    /// <summary>How far it is ahead; less than nothing for behind.</summary>
    public TimeSpan Ahead { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + Ahead;

    /// <inheritdoc/>
    public override long TimestampFrequency => right.TimestampFrequency;

    /// <summary>Time passes as before, however somebody sets the clock.</summary>
    public override long GetTimestamp() => right.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => right.CreateTimer(callback, state, dueTime, period);
}
