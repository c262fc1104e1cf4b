namespace Waybill.Core.Onboarding;

/// <summary>A request that staff bring: a mail, a text or a key as a file, and what they fill in by hand.</summary>
public sealed record NewRequest
{
    /// <summary>A mail (<c>.eml</c>), a text, or a key, whatever it is; null when all is filled in by hand.</summary>
    public ReadOnlyMemory<byte>? File { get; init; }

    /// <summary>The public key in any form, in a file of its own; it stands before one in <see cref="File"/>.</summary>
    public ReadOnlyMemory<byte>? KeyFile { get; init; }

    /// <summary>What is filled in by hand; it stands before what the file says.</summary>
    public RequestDetails Details { get; init; } = new();

    /// <summary>The login that needs another key; null asks for a new login.</summary>
    public string? ReplaceKeyOf { get; init; }
}
