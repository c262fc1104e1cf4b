namespace Waybill.Net.Gate;

/// <summary>A connection's place in the gate; a Kestrel feature of the connection. Disposing it gives the place back.</summary>
public sealed class ConnectionLease : IDisposable
{
    private readonly ConnectionGate _gate;
    private readonly Action? _displaced;
    private string? _login;
    private bool _disposed;

    internal ConnectionLease(ConnectionGate gate, SourceRecord record, long begun, bool exempt, Action? displaced)
    {
        _gate = gate;
        _displaced = displaced;
        Record = record;
        Begun = begun;
        Exempt = exempt;
        Node = new LinkedListNode<ConnectionLease>(this);
    }

    /// <summary>What it will be penalised for if it ends without a login; the protocol sets it.</summary>
    public Offence Offence { get; set; } = Offence.NoAttempt;

    /// <summary>It had to make room for another source before it had logged in; it is no longer counted, nor penalised.</summary>
    public bool IsDisplaced { get; internal set; }

    internal bool CanBeDisplaced => _displaced is not null && !Exempt;

    internal LinkedListNode<ConnectionLease> Node { get; }

    internal SourceRecord Record { get; }

    internal long Begun { get; }

    /// <summary>The peer is in a network of <see cref="GateLimits.Exempt"/>.</summary>
    internal bool Exempt { get; }

    /// <summary>The connection logged in: it leaves the unauthenticated ones, unless <paramref name="login"/> has <see cref="GateLimits.PerLogin"/> connections already, or it was displaced meanwhile.</summary>
    public bool TryAuthenticate(string login)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_gate.TryAuthenticate(this, login))
        {
            return false;
        }

        _login = login;
        return true;
    }

    internal void End() => _displaced?.Invoke();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _gate.Leave(this, _login, Offence);
        }
    }
}
