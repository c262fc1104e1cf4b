using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>
/// A directory of the tree itself being listed: a few names that are known, or the accounts, page by page from the database, so that memory stays flat however
/// many there are.
/// </summary>
/// <param name="self">The directory's attributes.</param>
/// <param name="known">Entries that are known when it is opened.</param>
/// <param name="accounts">Where the accounts are listed; null when it has none.</param>
/// <param name="show">An account's attributes.</param>
internal sealed class TreeListing(FileAttributes self, IReadOnlyList<DirectoryEntry> known, AccountService? accounts, Func<Account, FileAttributes> show) : IDirectoryListing
{
    /// <summary>Accounts that are read at once.</summary>
    public const int PageSize = 100;

    private static readonly byte[] Dot = [(byte)'.'];
    private static readonly byte[] DotDot = [(byte)'.', (byte)'.'];

    private IReadOnlyList<DirectoryEntry> _entries = [new(Dot, self), new(DotDot, self), .. known];
    private int _next;
    private string? _after = "";
    private bool _finished = accounts is null;

    public async ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries)
    {
        var count = 0;
        while (count < entries.Length)
        {
            if (_next < _entries.Count)
            {
                entries.Span[count++] = _entries[_next++];
            }
            else if (_finished)
            {
                break;
            }
            else if (await ReadPageAsync().ConfigureAwait(false) is var error and not StoreError.None)
            {
                return error;
            }
        }

        return count;
    }

    public ValueTask DisposeAsync()
    {
        _entries = [];
        _next = 0;
        _finished = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask<StoreError> ReadPageAsync()
    {
        try
        {
            var page = await accounts!.ListAsync(PageSize, _after).ConfigureAwait(false);
            _entries = [.. page.Items.Where(static account => account.Status != AccountStatus.Closed)
                .Select(account => new DirectoryEntry(Encoding.ASCII.GetBytes(account.Number), show(account)))];
            _next = 0;
            _after = page.Next;
            _finished = page.Next is null;
            return StoreError.None;
        }
        catch (DatabaseException)
        {
            return StoreError.InputOutput;
        }
    }
}
