using System.Text;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp;

/// <summary>How a request ended, besides what the store says.</summary>
internal enum SftpOutcome : byte
{
    /// <summary>The handler has written its own reply.</summary>
    Sent,

    /// <summary>Done: status 0.</summary>
    Ok,

    /// <summary>The store refused; <see cref="SftpAnswer.Error"/> says why.</summary>
    StoreFailed,

    /// <summary>The login has no right at all there: to the client it is no such file, to the audit a refusal.</summary>
    Hidden,

    /// <summary>No more bytes or entries.</summary>
    EndOfFile,

    /// <summary>The fields do not fit into the message, or something follows them.</summary>
    Malformed,

    /// <summary>A message number or extension that is not in the table.</summary>
    UnknownRequest,

    /// <summary>A second INIT.</summary>
    AlreadyInitialised,

    /// <summary>No handle of this session, or closed.</summary>
    UnknownHandle,

    /// <summary>A handle of another kind: a directory for READ, a file opened for reading for WRITE.</summary>
    WrongKindOfHandle,

    /// <summary><see cref="SftpOptions.Handles"/> are open.</summary>
    TooManyHandles,

    /// <summary>An offset or size beyond 2^63 - 1.</summary>
    OutOfRange,

    /// <summary>More ids asked for than a reply can name.</summary>
    TooManyIds,

    /// <summary>copy-data from a file onto itself.</summary>
    SameFile,

    /// <summary>The home directory of somebody else.</summary>
    OtherHome,

    /// <summary>Links are switched off.</summary>
    LinksOff,

    /// <summary>A path that is not UTF-8.</summary>
    NotUtf8,

    /// <summary>A path with a zero byte.</summary>
    HoldsNul,

    /// <summary>A new name that the server keeps for itself.</summary>
    ReservedName,

    /// <summary>Done, but the audit row could not be written, so that it must not be acknowledged.</summary>
    NotRecorded,
}

/// <summary>What a handler hands back: an outcome of the protocol, or of the store.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">What the store says.</param>
/// <param name="Words">Words for this login, instead of those that everybody gets.</param>
internal readonly record struct SftpAnswer(SftpOutcome Outcome, StoreError Error = StoreError.None, byte[]? Words = null)
{
    public static implicit operator SftpAnswer(SftpOutcome outcome) => new(outcome);

    public static implicit operator SftpAnswer(StoreError error) => error == StoreError.None ? new(SftpOutcome.Ok) : new(SftpOutcome.StoreFailed, error);

    public static implicit operator SftpAnswer(AccessAnswer answer) => answer.Outcome switch
    {
        AccessOutcome.Ok => new(SftpOutcome.Ok),
        AccessOutcome.Hidden => new(SftpOutcome.Hidden),
        AccessOutcome.NotRecorded => new(SftpOutcome.NotRecorded),
        _ => new(SftpOutcome.StoreFailed, answer.Error, answer.Words),
    };

    public bool IsOk => Outcome == SftpOutcome.Ok;

    /// <summary>With the words that the store has for this session, if it has any: a quota's numbers, where a duplicate is held, who else has claimed a file.</summary>
    public SftpAnswer Explained(IFileStore store) =>
        Outcome == SftpOutcome.StoreFailed && Words is null && store.Explain(Error) is { } words ? this with { Words = Encoding.UTF8.GetBytes(words) } : this;

    /// <summary>A refusal in the words that the login's rules have for it, if they have any.</summary>
    public SftpAnswer Advised(IAccessRules rules) =>
        this is { Outcome: SftpOutcome.StoreFailed, Error: StoreError.PermissionDenied, Words: null } && rules.Advice is { } advice
            ? this with { Words = Encoding.UTF8.GetBytes(advice) }
            : this;

    public bool IsRefusal => Outcome == SftpOutcome.Hidden || Error == StoreError.PermissionDenied;
}
