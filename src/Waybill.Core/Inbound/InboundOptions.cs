namespace Waybill.Core.Inbound;

/// <summary>When a delivered file has arrived.</summary>
public sealed record InboundOptions
{
    /// <summary>
    /// A file has arrived when the session that delivered it has ended, or when nothing was done to it for this long: WinSCP sets the times of a file after it has
    /// renamed it, and must still find it.
    /// </summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ends of names under which clients upload what they rename afterwards; compared without case.</summary>
    public IReadOnlyList<string> TemporarySuffixes { get; init; } = [".filepart", ".tmp", ".part", ".partial"];

    /// <summary>Whether a name, or the last name of a path, says that the file is not whole yet.</summary>
    public bool IsTemporary(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TemporarySuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }
}
