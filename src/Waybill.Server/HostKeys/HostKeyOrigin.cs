namespace Waybill.Server.HostKeys;

/// <summary>Where a host key came from; the list of a server that was made before this was noted says nothing.</summary>
internal enum HostKeyOrigin
{
    /// <summary>Made with the data directory: until somebody has logged in, no customer counts on it.</summary>
    Init,

    /// <summary>Made or taken from another node by <c>hostkey add</c>.</summary>
    Add,

    /// <summary>The key of an older server, which customers know.</summary>
    Import,
}
