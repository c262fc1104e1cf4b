namespace Waybill.Portal;

/// <summary>Bounds of the portal. Those of connections belong to its listener, in the server.</summary>
public static class PortalLimits
{
    /// <summary>Bytes of a request's body; what takes more says so itself.</summary>
    public const int Body = 64 * 1024;

    /// <summary>Fields of a form.</summary>
    public const int FormFields = 64;

    /// <summary>Bytes of all headers of a request.</summary>
    public const int Headers = 16 * 1024;

    /// <summary>Headers of a request.</summary>
    public const int HeaderCount = 50;

    /// <summary>Bytes of the request line.</summary>
    public const int RequestLine = 4 * 1024;

    /// <summary>
    /// Requests at once on a connection of HTTP/2. So many clients begin before they have read how many there may be (RFC 9113 6.5.2 recommends no fewer), and a server that
    /// refuses some of them closes the connection when their bodies come.
    /// </summary>
    public const int Streams = 100;

    /// <summary>Requests that one source may make at once, after a pause.</summary>
    public const int RequestBurst = 200;

    /// <summary>Requests a second that one source may make in the long run.</summary>
    public const int RequestsPerSecond = 50;

    /// <summary>Bytes of the provider's logo.</summary>
    public const int Logo = 256 * 1024;

    /// <summary>Bytes of a key's file.</summary>
    public const int KeyFile = 32 * 1024;

    /// <summary>Bytes of the form with a mail that staff take in: the mail, and the other fields.</summary>
    public const int MailBody = 16448 * 1024;

    /// <summary>Bytes of the form with a letter of authority or a table of orders: the file, and the other fields.</summary>
    public const int LetterBody = 5184 * 1024;

    /// <summary>Rows of a page.</summary>
    public const int Rows = 200;

    /// <summary>Rows of a list of accounts, logins, requests and the like.</summary>
    public const int ListRows = 50;

    /// <summary>Zips that are sent at once.</summary>
    public const int Zips = 4;

    /// <summary>Zips that are sent at once for one link.</summary>
    public const int ZipsPerLink = 1;

    /// <summary>Tables of receipts and statements that are sent at once.</summary>
    public const int ReceiptTables = 8;

    /// <summary>Tables of receipts and statements that are sent at once of one account.</summary>
    public const int ReceiptTablesPerAccount = 1;

    /// <summary>Folders that are read at once.</summary>
    public const int Listings = 16;

    /// <summary>Folders that are read at once for one person.</summary>
    public const int ListingsPerPerson = 4;

    /// <summary>Exports of the audit that are sent at once.</summary>
    public const int Exports = 2;

    /// <summary>Forecasts of retention that are worked out at once.</summary>
    public const int Forecasts = 1;

    /// <summary>Accounts whose forecast of retention is kept for the pages after.</summary>
    public const int ForecastsKept = 20;

    /// <summary>Items of a page of the REST API, where the call does not say.</summary>
    public const int ApiPage = 100;

    /// <summary>Items of a page of the REST API at most.</summary>
    public const int ApiPageMaximum = 1000;

    /// <summary>Days that a call looks back or ahead.</summary>
    public const int ApiDays = 3_650;

    /// <summary>Bytes of a body with files.</summary>
    public const long ApiUpload = 4L * 1024 * 1024 * 1024;

    /// <summary>Bodies with files that are taken at once.</summary>
    public const int ApiUploads = 4;

    /// <summary>Calls at once that read all of the audit or all files.</summary>
    public const int ApiLong = 2;

    /// <summary>Bytes that are read and sent of a file at a time.</summary>
    public const int ApiBlock = 128 * 1024;

    /// <summary>Files that are sent to people and taken from them at once.</summary>
    public const int Transfers = 128;

    /// <summary>Files that are sent to one person and taken from them at once.</summary>
    public const int TransfersPerPerson = 8;

    /// <summary>Files that are sent and taken at once of one account, whoever asks.</summary>
    public const int TransfersPerAccount = 32;

    /// <summary>Bytes of a piece of an upload, as the script sends them: what a connection that breaks costs at most.</summary>
    public const int UploadPiece = 8 * 1024 * 1024;

    /// <summary>Bytes of an upload in one request.</summary>
    public const long Upload = 64L * 1024 * 1024 * 1024;

    /// <summary>Files in a form without script.</summary>
    public const int UploadFiles = 32;

    /// <summary>Times that the script tries in turn to send a piece before it says that it cannot.</summary>
    public const int UploadTries = 20;

    /// <summary>Revoked keys on the provider's page of a login, the latest; the command lists all.</summary>
    public const int RevokedKeys = 20;

    /// <summary>Files of a held or recalled set that are shown; the command lists all.</summary>
    public const int SetFiles = 20;

    /// <summary>Files that nobody has fetched, on the page of an account.</summary>
    public const int NewFiles = 20;

    /// <summary>Seconds after which the page that watches a login is loaded again.</summary>
    public const int WatchSeconds = 4;

    /// <summary>How long a challenge of a passkey waits for its answer.</summary>
    public static readonly TimeSpan PasskeyChallengeTime = TimeSpan.FromMinutes(5);

    /// <summary>How long it does so.</summary>
    public static readonly TimeSpan Watching = TimeSpan.FromMinutes(10);

    /// <summary>Time for the headers of a request.</summary>
    public static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may idle.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    /// <summary>Time for the TLS handshake.</summary>
    public static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer of /readyz is good for: whoever asks more often learns nothing new.</summary>
    public static readonly TimeSpan ReadyTime = TimeSpan.FromSeconds(1);
}
