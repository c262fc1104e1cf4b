using System.Text;
using Waybill.Sftp.Wire;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>Serves a request whose subject has been read, found and permitted.</summary>
internal delegate ValueTask<SftpAnswer> SftpHandler(SftpSession session, SftpRequest request);

/// <summary>What stands first in a request and names what it is about.</summary>
internal enum SftpSubject
{
    /// <summary>Nothing: the handler reads all fields, and no right is needed.</summary>
    None,

    /// <summary>string path</summary>
    Path,

    /// <summary>string path, string target path</summary>
    TwoPaths,

    /// <summary>string text, string path: a symbolic link in OpenSSH's order, not the draft's (OpenSSH PROTOCOL section 4.1).</summary>
    TextAndPath,

    /// <summary>string handle</summary>
    Handle,
}

/// <summary>A row of <see cref="SftpOperations"/>.</summary>
internal sealed class SftpOperation(SftpMessageType type, string name, SftpSubject subject, SftpHandler handler)
{
    private readonly byte[] _name = Encoding.ASCII.GetBytes(name);

    public SftpMessageType Type { get; } = type;

    /// <summary>The extension's name as on the wire, or the draft's name of the message.</summary>
    public string Name { get; } = name;

    public ReadOnlySpan<byte> NameBytes => _name;

    public SftpSubject Subject { get; } = subject;

    public SftpHandler Handler { get; } = handler;

    /// <summary>The version of an extension as advertised.</summary>
    public string Version { get; init; } = "1";

    /// <summary>Rights needed at the path, all of them; with none, any right at all will do, since a path without any is hidden.</summary>
    public FileRights Needs { get; init; }

    /// <summary>Rights needed at the other path.</summary>
    public FileRights TargetNeeds { get; init; }

    /// <summary>A login that has none of these anywhere is not told of the extension; without any, everybody is.</summary>
    public FileRights UsefulWith { get; init; }

    /// <summary>Handles that it takes.</summary>
    public SftpHandleKinds Handles { get; init; }

    /// <summary>Whether it changes files or directories.</summary>
    public bool Writes { get; init; }

    /// <summary>A link at the end of the path is followed; read by the handlers that serve two rows.</summary>
    public bool FollowsLink { get; init; }

    /// <summary>Permitted, too, for what this session has uploaded itself.</summary>
    public bool ForOwnUpload { get; init; }

    /// <summary>Without the rights, directories that the login can use at all are still shown.</summary>
    public bool ForUsableDirectory { get; init; }

    /// <summary>Only where links are switched on.</summary>
    public bool MakesLinks { get; init; }

    /// <summary>The path may become a new name, so that a reserved one is a refusal; elsewhere it is no such file.</summary>
    public bool MakesName { get; init; }

    /// <summary>The rights needed depend on a field, so that its handler asks for them, those of a hidden path too.</summary>
    public bool NeedsDependOnFields { get; init; }

    /// <summary>Fields follow the subject, and the handler reads them.</summary>
    public bool HasFields { get; init; }

    /// <summary>What it is recorded as.</summary>
    public FileOperation? Audit { get; init; }

    public bool IsAdvertised(SftpOptions options, FileRights anywhere) =>
        Type == SftpMessageType.Extended && (options.Links || !MakesLinks) && (UsefulWith == FileRights.None || (UsefulWith & anywhere) != 0);
}
