using System.Text;
using Waybill.Net.Logging;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Authentication;

/// <summary>
/// The server side of RFC 4252 with one method, <c>publickey</c>. Each request is judged by itself: nothing of an earlier one (user, key, answer) is
/// remembered, so a key that was only queried can never become the identity (CVE-2024-45337), and the user name may change (RFC 4252 section 5).
/// Called by the connection's loop, one message at a time.
/// </summary>
internal sealed class AuthenticationMachine
{
    private const byte ServiceRequest = 5;
    private const byte ServiceAccept = 6;
    private const byte Request = 50;
    private const byte Failure = 51;
    private const byte Success = 52;
    private const byte Banner = 53;
    private const byte PublicKeyOk = 60;

    /// <summary>Lines of a banner, each cut after <see cref="PeerText.MaximumLength"/> characters.</summary>
    private const int BannerLines = 4;

    private readonly ISshApplication _application;
    private readonly SshConnectionInfo _connection;
    private readonly SshLimits _limits;
    private readonly ReadOnlyMemory<byte> _sessionId;
    private readonly IReadOnlyList<string> _signatureAlgorithms;
    private readonly IMessageSender _sender;
    private readonly AttemptLog _attempts;
    private bool _serviceAccepted;
    private bool _hasRefused;
    private int _queries;
    private int _failedSignatures;
    private int _otherAttempts;

    public AuthenticationMachine(
        ISshApplication application, SshConnectionInfo connection, SshLimits limits, ReadOnlyMemory<byte> sessionId,
        IReadOnlyList<string> signatureAlgorithms, IMessageSender sender)
    {
        _application = application;
        _connection = connection;
        _limits = limits;
        _sessionId = sessionId;
        _signatureAlgorithms = signatureAlgorithms;
        _sender = sender;
        _attempts = new AttemptLog(limits);
    }

    /// <summary>The user name of the last request that had a valid one; null if there was none.</summary>
    public string? User { get; private set; }

    /// <summary>The last user name that was none (<see cref="UserName.TryDecode"/>), safe to show; null if every one was.</summary>
    public string? InvalidUser { get; private set; }

    /// <summary>The client tried method <c>none</c>, as most do to learn the list.</summary>
    public bool AskedForNone { get; private set; }

    /// <summary>The methods tried but <c>none</c>, in order, each once, safe to show.</summary>
    public IReadOnlyList<string> TriedMethods => _attempts.Methods;

    /// <summary>The keys offered, as <c>ssh-rsa 3072 SHA256:...</c>, in order, each once.</summary>
    public IReadOnlyList<string> OfferedKeys => _attempts.Keys;

    /// <summary>What became of each.</summary>
    public IReadOnlyList<SshKeyAttempt> KeyAttempts => _attempts.Attempts;

    /// <summary>The login, once there is one; whoever ends the connection disposes it.</summary>
    public ISshLogin? Login { get; private set; }

    /// <summary>
    /// Handles SERVICE_REQUEST or USERAUTH_REQUEST. The payload is the whole message from its number on and is not used after the first time that the
    /// returned task is awaited on something.
    /// </summary>
    /// <exception cref="SshDisconnectException">The client broke the protocol or a limit.</exception>
    public ValueTask<AuthenticationProgress> HandleAsync(byte message, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        message switch
        {
            // RFC 4252 section 5.1: after SUCCESS, further requests are silently ignored.
            Request when Login is not null => new ValueTask<AuthenticationProgress>(AuthenticationProgress.Continue),
            Request when _serviceAccepted => HandleRequest(payload, cancellationToken),
            ServiceRequest when Login is null => new ValueTask<AuthenticationProgress>(HandleServiceRequest(payload.Span)),
            _ => throw new SshDisconnectException(SshEndReason.ProtocolError, $"Message {message} came out of order during authentication."),
        };

    private AuthenticationProgress HandleServiceRequest(ReadOnlySpan<byte> payload)
    {
        // byte      SSH_MSG_SERVICE_REQUEST
        // string    service name
        var reader = new SshReader(payload);
        reader.ReadByte();
        var service = reader.ReadString();
        if (!reader.SucceededToTheEnd)
        {
            throw Malformed("SERVICE_REQUEST");
        }

        if (!service.SequenceEqual("ssh-userauth"u8))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "A service other than ssh-userauth was requested before the login.");
        }

        if (_serviceAccepted)
        {
            // Harmless, but an answer for each must not come for ever.
            CountOtherAttempt();
        }

        _serviceAccepted = true;
        var reply = new SshWriter(stackalloc byte[17]);
        reply.WriteByte(ServiceAccept);
        reply.WriteString("ssh-userauth"u8);
        _sender.Send(reply.Written);
        return AuthenticationProgress.Continue;
    }

    private ValueTask<AuthenticationProgress> HandleRequest(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!UserAuthRequest.TryParse(payload.Span, out var request))
        {
            throw Malformed("USERAUTH_REQUEST");
        }

        if (!request.Service.SequenceEqual("ssh-connection"u8))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "A login to a service other than ssh-connection was requested.");
        }

        var isName = UserName.TryDecode(request.User, out var user);
        if (isName)
        {
            User = user;
        }
        else
        {
            InvalidUser = PeerBytes.Show(request.User);
        }

        if (!request.Method.SequenceEqual("publickey"u8))
        {
            return new ValueTask<AuthenticationProgress>(RefuseMethod(request.Method));
        }

        _attempts.Method("publickey");
        if (!PublicKeyRequest.TryParse(request.Rest, out var fields))
        {
            throw Malformed("USERAUTH_REQUEST publickey");
        }

        // Counted before a byte of the key is looked at, so that a limit bounds the work too.
        if (!fields.HasSignature && ++_queries > _limits.PublicKeyQueries)
        {
            throw TooMany("public keys were asked for");
        }

        if (!isName || !TryReadKey(fields, out var algorithm, out var key))
        {
            NoteUnread(user, fields);
            return new ValueTask<AuthenticationProgress>(fields.HasSignature ? RefuseSignature() : Refuse());
        }

        var offer = new SshKeyOffer(_connection, user, key, algorithm);
        if (!fields.HasSignature)
        {
            return QueryAsync(offer, cancellationToken);
        }

        // RFC 4252 section 7: the signature is over the session identifier as a string, then the message up to the signature.
        var signed = new byte[4 + _sessionId.Length + payload.Length - 4 - fields.Signature.Length];
        var writer = new SshWriter(signed);
        writer.WriteString(_sessionId.Span);
        writer.WriteBytes(payload.Span[..^(4 + fields.Signature.Length)]);
        return LogInAsync(offer, signed, fields.Signature.ToArray(), cancellationToken);
    }

    // The algorithm, then the key type against the lists, and only then the blob itself: no parser runs on what is not accepted anyway
    // (OpenSSH 52154c2d2). A key that cannot be parsed fails the attempt, not the connection: the client's next key may be good.
    private bool TryReadKey(
        scoped in PublicKeyRequest fields, out string algorithm, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SshPublicKey? key)
    {
        key = null;
        algorithm = "";
        foreach (var name in _signatureAlgorithms)
        {
            if (Ascii.Equals(fields.Algorithm, name))
            {
                algorithm = name;
            }
        }

        return algorithm.Length > 0
            && fields.BlobHasType(PublicKeyRequest.KeyTypeOf(algorithm))
            && SshPublicKeys.TryParse(fields.Blob, out key) == PublicKeyError.None
            && key is not null
            && key.SignatureAlgorithms.Contains(algorithm, StringComparer.Ordinal);
    }

    private async ValueTask<AuthenticationProgress> QueryAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        if (!await _application.IsKeyAcceptableAsync(offer, cancellationToken).ConfigureAwait(false))
        {
            Note(offer, SshKeyOutcome.Refused);
            return Refuse();
        }

        Note(offer, SshKeyOutcome.Confirmed);
        SendPublicKeyOk(offer);
        return AuthenticationProgress.Continue;
    }

    private async ValueTask<AuthenticationProgress> LogInAsync(
        SshKeyOffer offer, byte[] signed, byte[] signature, CancellationToken cancellationToken)
    {
        // Whether the user exists is never visible: an unknown user and a foreign key are the same "no", before any signature is verified.
        if (!await _application.IsKeyAcceptableAsync(offer, cancellationToken).ConfigureAwait(false))
        {
            Note(offer, SshKeyOutcome.Refused);
            return RefuseSignature();
        }

        if (offer.Key is not Ed25519PublicKey && !Thread.CurrentThread.IsThreadPoolThread)
        {
            // A verification with a large RSA key is too long for the event loop; one with Ed25519 takes a tenth of a millisecond.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        if (!offer.Key.Verify(offer.SignatureAlgorithm, signed, signature))
        {
            Note(offer, SshKeyOutcome.SignatureWrong);
            return RefuseSignature();
        }

        if (await _application.LogInAsync(offer, cancellationToken).ConfigureAwait(false) is not { } login)
        {
            Note(offer, SshKeyOutcome.LoginRefused);

            // Whoever holds the private key may know; and a client that is told here does not try its other keys, nor SCP after a session without SFTP.
            return _connection.Refusal is { } words
                ? throw new SshDisconnectException(SshEndReason.LoginRefused, "the key is right, but the login was refused") { ToClient = words }
                : RefuseSignature();
        }

        Note(offer, SshKeyOutcome.Confirmed);
        Login = login;
        _sender.Send([Success]);
        return AuthenticationProgress.Succeeded;
    }

    private AuthenticationProgress RefuseMethod(ReadOnlySpan<byte> method)
    {
        if (method.SequenceEqual("none"u8))
        {
            AskedForNone = true;
        }
        else
        {
            // RFC 4251 section 6 names are 1 to 64 visible characters; anything else is noted as what it is.
            _attempts.Method(method.Length is > 0 and <= 64 && System.Text.Unicode.Utf8.IsValid(method)
                ? PeerText.Sanitise(Encoding.UTF8.GetString(method))
                : "(not a method name)");
        }

        CountOtherAttempt();
        return Refuse();
    }

    private AuthenticationProgress RefuseSignature() =>
        ++_failedSignatures >= _limits.Signatures ? throw TooMany("signatures failed") : Refuse();

    private AuthenticationProgress Refuse()
    {
        if (!_hasRefused)
        {
            _hasRefused = true;
            SendBanner(_application.Banner(_connection));
        }

        // byte         SSH_MSG_USERAUTH_FAILURE
        // name-list    authentications that can continue
        // boolean      partial success
        var reply = new SshWriter(stackalloc byte[15]);
        reply.WriteByte(Failure);
        reply.WriteString("publickey"u8);
        reply.WriteBoolean(false);
        _sender.Send(reply.Written);
        return AuthenticationProgress.Continue;
    }

    private void SendPublicKeyOk(SshKeyOffer offer)
    {
        // byte      SSH_MSG_USERAUTH_PK_OK
        // string    public key algorithm name from the request
        // string    public key blob from the request
        var blob = offer.Key.Blob.Span;
        var reply = new SshWriter(new byte[1 + 4 + offer.SignatureAlgorithm.Length + 4 + blob.Length]);
        reply.WriteByte(PublicKeyOk);
        reply.WriteString(offer.SignatureAlgorithm);
        reply.WriteString(blob);
        _sender.Send(reply.Written);
    }

    private void CountOtherAttempt()
    {
        if (++_otherAttempts > _limits.OtherAttempts)
        {
            throw TooMany("requests other than for a public key were made");
        }
    }

    // Once, before the first refusal. It does not depend on the user name, which would tell who exists.
    private void SendBanner(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        // byte      SSH_MSG_USERAUTH_BANNER
        // string    message in ISO-10646 UTF-8 encoding, lines parted by CR LF
        // string    language tag
        var lines = text.Split('\n', BannerLines + 1).Take(BannerLines).Select(line => PeerText.Sanitise(line.TrimEnd('\r')) + "\r\n");
        var message = Encoding.UTF8.GetBytes(string.Concat(lines));
        var banner = new SshWriter(new byte[1 + 4 + message.Length + 4]);
        banner.WriteByte(Banner);
        banner.WriteString(message);
        banner.WriteString("");
        _sender.Send(banner.Written);
    }

    private void Note(SshKeyOffer offer, SshKeyOutcome outcome) => _attempts.Key(offer.User, offer.Key, offer.SignatureAlgorithm, outcome);

    private void NoteUnread(string user, scoped in PublicKeyRequest fields)
    {
        var isAccepted = false;
        foreach (var name in _signatureAlgorithms)
        {
            isAccepted |= Ascii.Equals(fields.Algorithm, name);
        }

        _attempts.Unread(user, fields.Algorithm, fields.Blob, isAccepted ? SshKeyOutcome.Unusable : SshKeyOutcome.AlgorithmRefused);
    }

    private static SshDisconnectException Malformed(string message) =>
        new(SshEndReason.ProtocolError, $"{message} is not built as its RFC says.");

    private static SshDisconnectException TooMany(string what) => new(SshEndReason.TooManyAttempts, $"Too many {what}.");
}
