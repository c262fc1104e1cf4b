namespace Waybill.Core.Numbers;

/// <summary>What accounts that work with numbers share: how fast each changes blocks, and who searches. One for a process, whatever they come by. Safe from any thread.</summary>
/// <param name="time">The clock.</param>
public sealed class NumberTurns(TimeProvider time) : IDisposable
{
    /// <summary>How fast each account changes blocks.</summary>
    internal BlockPace Blocks { get; } = new(time);

    /// <summary>The turns of searches that read much.</summary>
    internal SearchTurns Searches { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => Searches.Dispose();
}
