using Waybill.SshKeys.Crypto;

namespace Waybill.Core.Passwords;

/// <summary>
/// Compares and makes hashes of passwords: few at once, since whoever asks for many would have all cores. People and logins have one each, so that neither keeps the
/// other out.
/// </summary>
/// <param name="atOnce">Hashes at once.</param>
/// <param name="waiting">Hashes that wait for their turn.</param>
internal sealed class PasswordWork(int atOnce, int waiting) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(atOnce, atOnce);
    private int _waiting;

    /// <summary>Called on the thread that hashes, for tests.</summary>
    internal Action? Hashing { get; init; }

    /// <summary>Compares with a hash of ours, or one that was taken over from another server; null when too many wait.</summary>
    public Task<bool?> VerifyAsync(string hash, string password, CancellationToken cancellationToken) =>
        RunAsync<bool?>(() => IsImported(hash) ? UnixCrypt.Verify(hash, password) : PasswordHash.Verify(hash, password), cancellationToken);

    /// <summary>Whether a hash was taken over from another server: base64 has no such sign.</summary>
    public static bool IsImported(string hash) => hash.StartsWith('$');

    /// <summary>Hashes; null when too many wait.</summary>
    public Task<string?> CreateAsync(string password, CancellationToken cancellationToken) => RunAsync(() => PasswordHash.Create(password), cancellationToken);

    public void Dispose() => _turns.Dispose();

    private async Task<T?> RunAsync<T>(Func<T?> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > waiting + atOnce)
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
