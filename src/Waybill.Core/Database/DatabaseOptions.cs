namespace Waybill.Core.Database;

/// <summary>Limits of the database's connections.</summary>
internal sealed record DatabaseOptions
{
    /// <summary>How long a statement waits for another process's write to end.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most reading connections; further readers wait for one.</summary>
    public int Readers { get; init; } = 4;
}
