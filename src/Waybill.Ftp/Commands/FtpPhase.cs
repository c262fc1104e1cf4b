namespace Waybill.Ftp.Commands;

/// <summary>How far a session must have come for a command.</summary>
internal enum FtpPhase
{
    /// <summary>At once, also before TLS.</summary>
    Connected,

    /// <summary>Once logged in.</summary>
    LoggedIn,
}

/// <summary>What a command takes behind its verb.</summary>
internal enum FtpArgument
{
    /// <summary>Nothing; what comes is passed over, as clients send blanks and more.</summary>
    None,

    /// <summary>Text, or nothing.</summary>
    Optional,

    /// <summary>Text.</summary>
    Required,

    /// <summary>A path of something that is there.</summary>
    OldPath,

    /// <summary>A path that becomes a new name.</summary>
    NewPath,
}
