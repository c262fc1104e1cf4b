using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>What a key is added with.</summary>
/// <param name="Key">The key, already read.</param>
public sealed record NewKey(SshPublicKey Key)
{
    /// <summary>What to call it; null takes the comment.</summary>
    public string? Label { get; init; }

    /// <summary>The comment of the file that it came in.</summary>
    public string? Comment { get; init; }

    /// <summary>When it stops working; null means never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the answer is for staff, who are told how the private half of a refused key came here; others are not.</summary>
    public bool IsForStaff { get; init; }

    /// <summary>Whether it is refused while the login is suspended: it would work the moment that the login is resumed, and whoever resumes it has not seen it.</summary>
    public bool IsRefusedWhileSuspended { get; init; }
}
