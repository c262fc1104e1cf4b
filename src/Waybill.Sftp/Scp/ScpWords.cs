using Waybill.Storage;

namespace Waybill.Sftp.Scp;

/// <summary>Words of an error: those of SFTP, but what every scp says in the same words, scripts look for.</summary>
internal static class ScpWords
{
    public static ReadOnlySpan<byte> Of(SftpAnswer answer) => answer switch
    {
        { Outcome: SftpOutcome.Hidden } or { Error: StoreError.NotFound } => "No such file or directory"u8,
        { Error: StoreError.QuotaExceeded or StoreError.Held } => SftpStatusTexts.WordsOf(answer),
        { Words: { } words } => (byte[])[.. "Permission denied. "u8, .. words],
        { Error: StoreError.PermissionDenied } => "Permission denied. Your login may not do this here."u8,
        { Error: StoreError.NotADirectory } => "Not a directory"u8,
        { Error: StoreError.NoSpace } => "No space left on the server, nothing was changed"u8,
        _ => SftpStatusTexts.WordsOf(answer),
    };
}
