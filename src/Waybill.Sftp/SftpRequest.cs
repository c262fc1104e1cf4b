using System.Buffers;
using Waybill.Sftp.Wire;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>
/// The request being served. One object for each session, filled anew for every request, so that requests allocate nothing; a handler must not keep it or
/// anything that it shows of the message.
/// </summary>
internal sealed class SftpRequest
{
    public uint Id { get; set; }

    public SftpOperation Operation { get; set; } = null!;

    /// <summary>The whole message after its length field.</summary>
    public ReadOnlySequence<byte> Message { get; set; }

    /// <summary>The message in one piece; of a WRITE in several pieces only its beginning, with all fields but the data.</summary>
    public ReadOnlyMemory<byte> Head { get; set; }

    /// <summary>Where the fields after the subject begin in <see cref="Head"/>.</summary>
    public int Position { get; set; }

    /// <summary>Reads the fields after the subject.</summary>
    public SftpReader Fields => new(Head.Span[Position..]);

    /// <summary>The path that the operation is about.</summary>
    public VaultPath? Path { get; set; }

    /// <summary>The other path of a rename or link.</summary>
    public VaultPath? Target { get; set; }

    /// <summary>The text of a symbolic link.</summary>
    public ReadOnlyMemory<byte> Text { get; set; }

    /// <summary>The handle that the operation is about.</summary>
    public SftpHandle? Handle { get; set; }

    /// <summary>The login's rights at <see cref="Path"/>.</summary>
    public FileRights Rights { get; set; }

    /// <summary>The login's rights at <see cref="Target"/>.</summary>
    public FileRights TargetRights { get; set; }

    /// <summary>Permitted only because this session uploaded the file itself.</summary>
    public bool OwnUpload { get; set; }

    /// <summary>Only a directory may be shown here: the login may write into it but not list it.</summary>
    public bool DirectoriesOnly { get; set; }

    /// <summary>What a refusal is recorded as; null when it is not.</summary>
    public FileOperation? Audit { get; set; }

    /// <summary>Lets go of the message and everything found in it, so that an idle session holds no buffer.</summary>
    public void Clear()
    {
        Message = default;
        Head = default;
        Text = default;
        Path = null;
        Target = null;
        Handle = null;
        Audit = null;
        OwnUpload = false;
        DirectoriesOnly = false;
        Rights = FileRights.None;
        TargetRights = FileRights.None;
    }
}
