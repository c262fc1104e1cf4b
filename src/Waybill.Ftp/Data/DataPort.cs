using System.Net.Sockets;

namespace Waybill.Ftp.Data;

/// <summary>Where the next transfer's data connection comes from: a port that the client comes to, or one of the client's.</summary>
internal abstract class DataPort : IDisposable
{
    private int _disposed;

    /// <summary>Whether the client has come already, and has sent something; waits a moment for one that has come and was not let in yet.</summary>
    public virtual ValueTask<bool> HasInputAsync(CancellationToken cancellationToken) => new(false);

    /// <summary>The connection, or null when there was none in time.</summary>
    public abstract ValueTask<Socket?> ConnectAsync(CancellationToken cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Dispose(true);
        }

        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
