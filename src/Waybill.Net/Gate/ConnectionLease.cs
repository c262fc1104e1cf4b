namespace Waybill.Net.Gate;

/// <summary>A connection's place in the gate; a Kestrel feature of the connection. Disposing it gives the place back.</summary>
public sealed class ConnectionLease : IDisposable
{
    private readonly ConnectionGate _gate;
    private string? _login;
    private bool _disposed;

    internal ConnectionLease(ConnectionGate gate, SourceRecord record, long begun, bool exempt)
    {
        _gate = gate;
        Record = record;
        Begun = begun;
        Exempt = exempt;
    }

    /// <summary>What it will be penalised for if it ends without a login; the protocol sets it.</summary>
    public Offence Offence { get; set; } = Offence.NoAttempt;

    internal SourceRecord Record { get; }

    internal long Begun { get; }

    /// <summary>The peer is in a network of <see cref="GateLimits.Exempt"/>.</summary>
    internal bool Exempt { get; }

    /// <summary>The connection logged in: it leaves the unauthenticated ones, unless <paramref name="login"/> has <see cref="GateLimits.PerLogin"/> connections already.</summary>
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
