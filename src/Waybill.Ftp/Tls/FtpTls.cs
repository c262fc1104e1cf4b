using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using Waybill.Ftp.Hosting;
using Waybill.Net.Tls;

namespace Waybill.Ftp.Tls;

/// <summary>TLS of one session (<see cref="ServerTls"/>), and whose sessions its data connections resume.</summary>
internal sealed class FtpTls
{
    /// <summary>Names of sessions of a control connection that are good for its data connections: the latest.</summary>
    public const int MaximumSessions = 16;

    private readonly SslServerAuthenticationOptions _options;
    private readonly bool _demandsOwnSession;
    private readonly ConcurrentQueue<byte[]> _own = [];

    /// <summary>TLS for a control connection and its data connections: one certificate for all of them, also when another takes over meanwhile.</summary>
    public FtpTls(FtpServerOptions options)
    {
        _demandsOwnSession = options.RequiresSessionReuse;
        _options = ServerTls.Options(options.Certificate(), "ftp");
        _options.AllowTlsResume = options.ResumesSessions;
        if (_demandsOwnSession)
        {
            // Whose session was resumed shows in TLS 1.2's handshake alone (docs/decisions/0012).
            _options.EnabledSslProtocols = SslProtocols.Tls12;
        }
    }

    /// <summary>What looks at a handshake as far as this asks for it.</summary>
    public HandshakeWatch Watch() => new() { Session = _demandsOwnSession ? new SessionWatch() : null };

    /// <summary>Remembers the session of a handshake as one of the control connection, by the latest few of its names: each resumption may bring a new ticket.</summary>
    public void NoteOwn(HandshakeWatch watch)
    {
        if (watch.Session is not { } session)
        {
            return;
        }

        foreach (var name in session.IsResumed ? session.Given.Append(session.Offered) : session.Given)
        {
            _own.Enqueue(name);
        }

        while (_own.Count > MaximumSessions)
        {
            _own.TryDequeue(out _);
        }
    }

    /// <summary>
    /// Whether a data connection may be used: where it is demanded, it has resumed a session of its control connection. Somebody who has only seen that session's name cannot: he
    /// lacks its secret, and the handshake fails.
    /// </summary>
    public bool Accepts(HandshakeWatch watch)
    {
        if (watch.Session is not { } session)
        {
            return true;
        }

        if (!session.IsResumed || !_own.Any(name => name.AsSpan().SequenceEqual(session.Offered)))
        {
            return false;
        }

        NoteOwn(watch);
        return true;
    }

    /// <summary>Shakes hands as the server (<see cref="ServerTls.AuthenticateAsync"/>).</summary>
    public Task<SslStream> AuthenticateAsync(Stream inner, TimeSpan allowed, TimeProvider time, CancellationToken cancellationToken) =>
        ServerTls.AuthenticateAsync(inner, _options, allowed, time, cancellationToken);
}
