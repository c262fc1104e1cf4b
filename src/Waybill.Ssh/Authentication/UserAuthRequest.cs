using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Authentication;

/// <summary>SSH_MSG_USERAUTH_REQUEST (RFC 4252 section 5), up to what depends on the method.</summary>
internal readonly ref struct UserAuthRequest
{
    private UserAuthRequest(ReadOnlySpan<byte> user, ReadOnlySpan<byte> service, ReadOnlySpan<byte> method, ReadOnlySpan<byte> rest)
    {
        User = user;
        Service = service;
        Method = method;
        Rest = rest;
    }

    public ReadOnlySpan<byte> User { get; }

    public ReadOnlySpan<byte> Service { get; }

    public ReadOnlySpan<byte> Method { get; }

    /// <summary>The method's own fields.</summary>
    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>Reads a whole message, number included.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out UserAuthRequest request)
    {
        // byte      SSH_MSG_USERAUTH_REQUEST
        // string    user name in ISO-10646 UTF-8 encoding
        // string    service name in US-ASCII
        // string    method name in US-ASCII
        // ....      method specific fields
        var reader = new SshReader(payload);
        reader.ReadByte();
        var user = reader.ReadString();
        var service = reader.ReadString();
        var method = reader.ReadString();
        request = new UserAuthRequest(user, service, method, reader.Rest);
        return reader.Succeeded;
    }
}
