namespace Waybill.Core.Catalogue;

/// <summary>The words of the protocol column: how a file came, or how it was fetched.</summary>
public static class DeliveryProtocol
{
    /// <summary>SFTP.</summary>
    public const string Sftp = "sftp";

    /// <summary>SCP.</summary>
    public const string Scp = "scp";

    /// <summary>FTP over TLS.</summary>
    public const string Ftps = "ftps";

    /// <summary>FTP that anybody on the way can read.</summary>
    public const string Ftp = "ftp";

    /// <summary>The provider's <c>publish</c>.</summary>
    public const string Publish = "publish";

    /// <summary>Found on the disk: somebody put it there by hand.</summary>
    public const string Found = "found";

    /// <summary>Written by the program itself: a report beside a rejected file.</summary>
    public const string Report = "report";

    /// <summary>Fetched over the web.</summary>
    public const string Portal = "portal";

    /// <summary>The REST API.</summary>
    public const string Rest = "rest";
}
