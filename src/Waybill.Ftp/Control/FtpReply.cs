using Waybill.Ftp.Transfers;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Control;

/// <summary>What the connection does once a reply is sent.</summary>
internal enum FtpThen
{
    /// <summary>Wait for the next command.</summary>
    GoOn,

    /// <summary>Begin TLS.</summary>
    StartTls,

    /// <summary>Close.</summary>
    Close,
}

/// <summary>
/// What a command comes to: its one final reply; or what goes on, whose end brings the final one, mostly behind a preliminary one. Commands return it and send nothing
/// themselves, so that a client that counts replies never gets out of step (ProFTPD #2003).
/// </summary>
/// <param name="Code">Three digits (RFC 959 section 4.2).</param>
/// <param name="Text">Words for a person.</param>
internal sealed record FtpReply(int Code, string Text)
{
    /// <summary>The code for a name that cannot be; each row of the table may have another.</summary>
    public const int NameNotAllowed = 553;

    /// <summary>Lines between the first and the last of a reply of several lines.</summary>
    public IReadOnlyList<string>? Lines { get; init; }

    /// <summary>The last line's words, of a reply of several lines.</summary>
    public string LastLine { get; init; } = "End";

    /// <summary>What the connection does then.</summary>
    public FtpThen Then { get; init; }

    /// <summary>What begins with this preliminary reply, or in its place.</summary>
    public Work? Work { get; init; }

    /// <summary>Whether nothing is sent now, since the final reply comes later and there is no preliminary one.</summary>
    public bool IsLater => Code == 0;

    /// <summary>Whether the command did what was asked.</summary>
    public bool IsGood => Code < 400;

    /// <summary>None before the final one, which <paramref name="work"/> brings.</summary>
    public static FtpReply Later(Work work) => new(0, "") { Work = work };

    /// <summary>501.</summary>
    public static FtpReply Syntax(string words) => new(501, words);

    /// <summary>257, with the path; a quotation mark within is doubled (RFC 959, appendix II).</summary>
    public static FtpReply Pathname(VaultPath path, string words) => new(257, $"\"{path.ToString().Replace("\"", "\"\"", StringComparison.Ordinal)}\" {words}");

    /// <summary>The reply to what a login's wish came to.</summary>
    public static FtpReply Of(AccessAnswer answer) => new(CodeOf(answer), WordsOf(answer));

    /// <summary>The reply to a path that is none.</summary>
    public static FtpReply Of(VaultPathError error) => error switch
    {
        VaultPathError.TooLong or VaultPathError.NameTooLong => Of((AccessAnswer)StoreError.NameTooLong),
        VaultPathError.NotUtf8 => new(NameNotAllowed, Utf8(StoreErrorWords.NotUtf8)),
        VaultPathError.ReservedName => new(NameNotAllowed, Utf8(StoreErrorWords.ReservedName)),
        _ => new(NameNotAllowed, Utf8(StoreErrorWords.Of(StoreError.InvalidName))),
    };

    private static int CodeOf(AccessAnswer answer) => answer.Outcome switch
    {
        AccessOutcome.Hidden => 550,
        AccessOutcome.NotRecorded => 451,
        _ => answer.Error switch
        {
            StoreError.None => 250,
            StoreError.NoSpace => 452,
            StoreError.QuotaExceeded => 552,
            StoreError.NameTooLong or StoreError.InvalidName => NameNotAllowed,
            StoreError.Busy or StoreError.TooManyOpenFiles => 450,
            StoreError.InputOutput or StoreError.Abandoned => 451,
            _ => 550,
        },
    };

    private static string WordsOf(AccessAnswer answer) => answer switch
    {
        { Words: { } words } => Utf8(words),
        { Outcome: AccessOutcome.NotRecorded } => Utf8(StoreErrorWords.NotRecorded),
        { Outcome: AccessOutcome.Hidden } => Utf8(StoreErrorWords.Of(StoreError.NotFound)),
        { Outcome: AccessOutcome.Ok } => "Done.",
        _ => Utf8(StoreErrorWords.Of(answer.Error)),
    };

    private static string Utf8(ReadOnlySpan<byte> words) => System.Text.Encoding.UTF8.GetString(words);
}
