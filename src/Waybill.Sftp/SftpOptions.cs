namespace Waybill.Sftp;

/// <summary>How an SFTP session behaves, with every bound of it.</summary>
public sealed record SftpOptions
{
    /// <summary>Symbolic and hard links may be made (<c>Sftp:Links</c>).</summary>
    public bool Links { get; init; }

    /// <summary>Bytes of one SFTP message after its length field, as OpenSSH's and as limits@openssh.com says.</summary>
    public int Message { get; init; } = 262_144;

    /// <summary>Bytes of one READ or WRITE, as limits@openssh.com says.</summary>
    public int Transfer { get; init; } = 261_120;

    /// <summary>Open handles of one session.</summary>
    public int Handles { get; init; } = 256;

    /// <summary>Entries of one READDIR reply.</summary>
    public int EntriesPerReply { get; init; } = 100;

    /// <summary>Reply bytes gathered before they are flushed to the channel: with the largest reply behind them they fit into its buffer.</summary>
    public int FlushThreshold { get; init; } = 128 * 1024;

    /// <summary>The starting directory, as the login sees it.</summary>
    public Waybill.Storage.VaultPath StartDirectory { get; init; } = Waybill.Storage.VaultPath.Root;

    /// <summary>The name that users-groups-by-id and listings show as owner.</summary>
    public string OwnerName { get; init; } = "owner";

    /// <summary>The name that users-groups-by-id and listings show as group.</summary>
    public string GroupName { get; init; } = "group";
}
