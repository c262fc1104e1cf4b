using Waybill.Core.Logins;

namespace Waybill.Server.Control;

/// <summary>A logged-in connection of this process, which can be ended.</summary>
internal sealed class LiveSession(SessionView view, Login login, ReadOnlyMemory<byte> keyBlob, System.Net.IPAddress address) : IDisposable
{
    private readonly CancellationTokenSource _kicked = new();

    public SessionView View { get; } = view;

    public Login Login { get; } = login;

    public ReadOnlyMemory<byte> KeyBlob { get; } = keyBlob;

    public System.Net.IPAddress Address { get; } = address;

    /// <summary>Why it was ended; null while it was not.</summary>
    public string? KickReason { get; private set; }

    public CancellationToken Kicked => _kicked.Token;

    public void Kick(string reason)
    {
        KickReason ??= reason;
        try
        {
            _kicked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    public void Dispose() => _kicked.Dispose();
}
