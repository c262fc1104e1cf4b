namespace Waybill.Core.People;

/// <summary>Compares and makes hashes of passwords: few at once, since whoever asks for many would have all cores.</summary>
internal sealed class PasswordWork : IDisposable
{
    private readonly SemaphoreSlim _turns = new(SignInLimits.HashesAtOnce, SignInLimits.HashesAtOnce);
    private int _waiting;

    /// <summary>Called on the thread that hashes, for tests.</summary>
    internal Action? Hashing { get; init; }

    /// <summary>Compares; null when too many wait.</summary>
    public Task<bool?> VerifyAsync(string hash, string password, CancellationToken cancellationToken) =>
        RunAsync<bool?>(() => PasswordHash.Verify(hash, password), cancellationToken);

    /// <summary>Hashes; null when too many wait.</summary>
    public Task<string?> CreateAsync(string password, CancellationToken cancellationToken) => RunAsync(() => PasswordHash.Create(password), cancellationToken);

    public void Dispose() => _turns.Dispose();

    private async Task<T?> RunAsync<T>(Func<T?> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > SignInLimits.HashesWaiting + SignInLimits.HashesAtOnce)
        {
            Interlocked.Decrement(ref _waiting);
            return default;
        }

        try
        {
            await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(
                    () =>
                    {
                        Hashing?.Invoke();
                        return work();
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
