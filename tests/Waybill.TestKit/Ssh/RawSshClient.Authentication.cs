using System.Text;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Ssh;

/// <summary>How the server answered an authentication request.</summary>
/// <param name="Success">USERAUTH_SUCCESS.</param>
/// <param name="KeyAcceptable">USERAUTH_PK_OK.</param>
/// <param name="Methods">What can continue, of a failure.</param>
/// <param name="PartialSuccess">The failure's flag.</param>
public sealed record AuthenticationAnswer(bool Success, bool KeyAcceptable, string Methods = "", bool PartialSuccess = false);

/// <summary>User authentication (RFC 4252).</summary>
public sealed partial class RawSshClient
{
    private readonly List<string> _banners = [];

    /// <summary>The texts of the USERAUTH_BANNERs so far.</summary>
    public IReadOnlyList<string> Banners => _banners;

    /// <summary>Asks for a service and waits for its acceptance.</summary>
    public async Task RequestServiceAsync(string service = "ssh-userauth")
    {
        await SendAsync(new MessageBuilder(SshMessage.ServiceRequest).String(service).ToArray());
        var payload = await ReceiveAsync();
        if (!payload.AsSpan().SequenceEqual(new MessageBuilder(SshMessage.ServiceAccept).String(service).ToArray()))
        {
            throw Unexpected("SERVICE_ACCEPT", payload);
        }
    }

    /// <summary>Method none.</summary>
    public Task<AuthenticationAnswer> TryNoneAsync(string user, string service = "ssh-connection") => AuthenticateAsync(AuthenticationRequest(user, "none", service).ToArray());

    /// <summary>Method password.</summary>
    public Task<AuthenticationAnswer> TryPasswordAsync(string user, string password) =>
        AuthenticateAsync(AuthenticationRequest(user, "password").Boolean(false).String(password).ToArray());

    /// <summary>Method publickey without a signature: would this key do?</summary>
    public Task<AuthenticationAnswer> QueryKeyAsync(string user, SshPublicKey key, string? algorithm = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return AuthenticateAsync(AuthenticationRequest(user, "publickey").Boolean(false).String(algorithm ?? key.SignatureAlgorithms[0]).String(key.Blob.Span).ToArray());
    }

    /// <summary>Method publickey with a signature.</summary>
    public Task<AuthenticationAnswer> SignInAsync(string user, SshPrivateKey key, string? algorithm = null) =>
        AuthenticateAsync(SignedRequest(user, key, algorithm));

    /// <summary>A signed request, with whatever is to be wrong about it.</summary>
    /// <param name="user">The user name.</param>
    /// <param name="key">Signs.</param>
    /// <param name="algorithm">Named in the request; the key's first if null.</param>
    /// <param name="sessionId">Signed instead of this connection's.</param>
    /// <param name="namedKey">Named in the request instead of the signing key.</param>
    /// <param name="signedUser">The user name in the signed data instead of the sent one.</param>
    /// <param name="service">The service.</param>
    public byte[] SignedRequest(
        string user, SshPrivateKey key, string? algorithm = null, byte[]? sessionId = null, SshPublicKey? namedKey = null, string? signedUser = null,
        string service = "ssh-connection")
    {
        ArgumentNullException.ThrowIfNull(key);
        var named = namedKey ?? key.PublicKey;
        var name = algorithm ?? named.SignatureAlgorithms[0];
        byte[] Request(string who) => AuthenticationRequest(who, "publickey", service).Boolean(true).String(name).String(named.Blob.Span).ToArray();
        var signed = new MessageBuilder().String(sessionId ?? SessionId).Raw(Request(signedUser ?? user)).ToArray();
        var signature = key.Sign(namedKey is null ? name : key.PublicKey.SignatureAlgorithms[0], signed);
        return new MessageBuilder().Raw(Request(user)).String(signature).ToArray();
    }

    /// <summary>Sends any request and waits for the answer.</summary>
    public async Task<AuthenticationAnswer> AuthenticateAsync(byte[] request)
    {
        await SendAsync(request);
        var answer = await ReceiveAsync();
        while (answer[0] == SshMessage.UserAuthBanner)
        {
            _banners.Add(ReadBanner(answer));
            answer = await ReceiveAsync();
        }

        return ReadAnswer(answer);
    }

    /// <summary>Version, key exchange, service and login in one go; throws when the key is refused.</summary>
    public async Task LogInAsync(string user, SshPrivateKey key, RawKexInit? offer = null)
    {
        await HandshakeAsync(offer);
        await RequestServiceAsync();
        var answer = await SignInAsync(user, key);
        if (!answer.Success)
        {
            throw new InvalidOperationException($"The server refused {user}: {answer}.");
        }
    }

    /// <summary>The head of a request: user, service and method.</summary>
    public static MessageBuilder AuthenticationRequest(string user, string method, string service = "ssh-connection") =>
        new MessageBuilder(SshMessage.UserAuthRequest).String(user).String(service).String(method);

    private static string ReadBanner(byte[] payload)
    {
        var reader = new SshReader(payload);
        reader.ReadByte();
        var text = Encoding.UTF8.GetString(reader.ReadString());
        reader.ReadString();
        return reader.SucceededToTheEnd ? text : throw new InvalidDataException("The server's USERAUTH_BANNER is malformed.");
    }

    private static AuthenticationAnswer ReadAnswer(byte[] payload)
    {
        var reader = new SshReader(payload);
        switch (reader.ReadByte())
        {
            case SshMessage.UserAuthSuccess when payload.Length == 1:
                return new AuthenticationAnswer(true, false);
            case SshMessage.UserAuthPkOk:
                return new AuthenticationAnswer(false, true);
            case SshMessage.UserAuthFailure:
                var answer = new AuthenticationAnswer(false, false, Encoding.ASCII.GetString(reader.ReadString()), reader.ReadBoolean());
                return reader.SucceededToTheEnd ? answer : throw new InvalidDataException("The server's USERAUTH_FAILURE is malformed.");
            default:
                throw Unexpected("an answer to the authentication request", payload);
        }
    }
}
