namespace Waybill.Ftp.Hosting;

/// <summary>One place among <see cref="FtpHashTurns"/>, given back by its disposal.</summary>
internal sealed class FtpHashTurn(FtpHashTurns turns, string login) : IDisposable
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    public string Login => login;

    /// <summary>Completes when it is this one's turn; fails with <see cref="TimeoutException"/> when that takes longer.</summary>
    public Task WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken) => _begun.Task.WaitAsync(patience, time, cancellationToken);

    public void Begin() => _begun.TrySetResult();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            turns.Leave(this);
        }
    }
}
