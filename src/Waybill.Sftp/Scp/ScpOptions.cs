using Waybill.Storage;

namespace Waybill.Sftp.Scp;

/// <summary>How an SCP session behaves, with every bound of it.</summary>
public sealed record ScpOptions
{
    /// <summary>The starting directory, as the login sees it: where a path without a leading slash begins.</summary>
    public VaultPath StartDirectory { get; init; } = VaultPath.Root;

    /// <summary>Bytes of one control record or error text, without its line feed: twice what OpenSSH takes.</summary>
    public int Record { get; init; } = 4096;

    /// <summary>Directories inside one another, up and down.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Bytes of a file read and handed to the channel at a time.</summary>
    public int Transfer { get; init; } = 256 * 1024;

    /// <summary>Directory entries read at a time.</summary>
    public int Entries { get; init; } = 100;

    /// <summary>Permission bits that new files and directories do not get without <c>-p</c>, as a server's umask.</summary>
    public int WithheldPermissions { get; init; } = 0x12;
}
