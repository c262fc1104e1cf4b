namespace Waybill.Ssh.Authentication;

/// <summary>Where authentication stands after a message.</summary>
internal enum AuthenticationProgress
{
    /// <summary>The client may go on trying.</summary>
    Continue,

    /// <summary>The client is logged in, and was told so.</summary>
    Succeeded,
}
