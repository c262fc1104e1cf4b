using System.Net;
using Waybill.Core.Logins;

namespace Waybill.Server.Control;

/// <summary>A logged-in connection of this process, which can be ended.</summary>
internal sealed class LiveSession(SessionView view, Login login, LoginCredential credential, IPAddress address) : IDisposable
{
    private readonly CancellationTokenSource _kicked = new();
    private End? _end;
    private SessionView _view = view;

    public SessionView View => Volatile.Read(ref _view);

    public Login Login { get; } = login;

    /// <summary>What it was opened with, and lives as long as.</summary>
    public LoginCredential Credential { get; } = credential;

    public IPAddress Address { get; } = address;

    /// <summary>Why it was ended; null while it was not. The first reason counts.</summary>
    public string? KickReason => Volatile.Read(ref _end)?.Reason;

    /// <summary>Since when its login must use TLS, where it was ended because it does not.</summary>
    public DateTimeOffset? TlsFrom => Volatile.Read(ref _end)?.TlsFrom;

    public CancellationToken Kicked => _kicked.Token;

    /// <summary>The client has said what it is.</summary>
    public void NameClient(string client) => Volatile.Write(ref _view, View with { Client = client });

    public void Kick(string reason, DateTimeOffset? tlsFrom = null)
    {
        if (Interlocked.CompareExchange(ref _end, new End(reason, tlsFrom), null) is not null)
        {
            return;
        }

        try
        {
            // The connection's callbacks close sockets; whoever kicks many does not wait for each.
            _ = _kicked.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    public void Dispose() => _kicked.Dispose();

    private sealed record End(string Reason, DateTimeOffset? TlsFrom);
}
