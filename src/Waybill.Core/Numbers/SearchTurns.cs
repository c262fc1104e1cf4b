using Waybill.Core.Accounts;

namespace Waybill.Core.Numbers;

/// <summary>The turns of searches that can read much: one of each account and <see cref="NumberLimits.Searches"/> of all, so that the others still read.</summary>
internal sealed class SearchTurns : IDisposable
{
    private readonly TurnsByKey _ofAccounts = new();
    private readonly SemaphoreSlim _places = new(NumberLimits.Searches, NumberLimits.Searches);

    /// <summary>Waits until it is this one's turn; disposed, it is the next one's.</summary>
    /// <param name="account">For whom; null for the provider.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<IDisposable> EnterAsync(string? account, CancellationToken cancellationToken)
    {
        var own = await _ofAccounts.EnterAsync(account is null ? "" : AccountNumber.Fold(account), cancellationToken).ConfigureAwait(false);
        try
        {
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            own.Dispose();
            throw;
        }

        return new Turn(_places, own);
    }

    public void Dispose() => _places.Dispose();

    private sealed class Turn(SemaphoreSlim places, IDisposable own) : IDisposable
    {
        public void Dispose()
        {
            places.Release();
            own.Dispose();
        }
    }
}
