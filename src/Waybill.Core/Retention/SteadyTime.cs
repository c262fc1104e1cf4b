namespace Waybill.Core.Retention;

/// <summary>The time since a moment that was found right: a clock that jumps while a run works makes nothing due.</summary>
internal sealed class SteadyTime(TimeProvider time, DateTimeOffset begun) : TimeProvider
{
    private readonly long _stamp = time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => begun + time.GetElapsedTime(_stamp);
}
