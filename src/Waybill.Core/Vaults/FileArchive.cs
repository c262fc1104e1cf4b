using System.Globalization;
using System.Text;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Vaults;

/// <summary>
/// Where files go that leave the vaults and are not to be gone: those that customers put away with the collect right, and those that retention keeps. No login sees
/// it. A file lies at <c>/number/yyyy-mm/path</c>, the month (UTC) in which it left its vault; where that is taken at <c>/number/yyyy-mm.2/path</c> and so on.
/// </summary>
/// <param name="directory">The directory, which must exist when the first file comes; it may be on another file system than the vaults.</param>
/// <param name="durability">Whether a file is on the disk before its original goes.</param>
public sealed class FileArchive(string directory, Durability durability = Durability.Full) : IDisposable
{
    /// <summary>Files of one path that it takes in a month.</summary>
    public const int MaximumVersions = 1_000;

    private readonly Lock _lock = new();
    private LocalVaults? _opened;

    /// <summary>Opens the directory now, for whoever must not begin without it.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there, or cannot be entered.</exception>
    public void RequireThere() => Open();

    /// <summary>Takes a file over. What it has already with the same content under the same name is not kept twice, so that a move that was cut off is ended by the next.</summary>
    /// <param name="from">Where the file is.</param>
    /// <param name="root">The tree that it is in.</param>
    /// <param name="path">Its name there.</param>
    /// <param name="account">The account's number.</param>
    /// <param name="place">Its path in the account's vault.</param>
    /// <param name="left">When it left.</param>
    /// <param name="cancellationToken">Stops it; the file stays.</param>
    /// <returns>Its path in the archive.</returns>
    public async ValueTask<StoreResult<VaultPath>> TakeAsync(
        LocalVaults from, VaultPath root, VaultPath path, string account, string place, DateTimeOffset left, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        LocalVaults archive;
        try
        {
            archive = Open();
        }
        catch (DirectoryNotFoundException)
        {
            // Most likely its disk is not mounted; the file stays where it is.
            return StoreError.InputOutput;
        }

        var month = left.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        for (var version = 1; version <= MaximumVersions; version++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"/{account}/{month}{(version == 1 ? "" : $".{version}")}{place}");
            if (VaultPath.TryParse(Encoding.UTF8.GetBytes(name), VaultPath.Root, out var target) != VaultPathError.None)
            {
                return StoreError.NameTooLong;
            }

            var error = await from.MoveAsync(root, path, archive, VaultPath.Root, target!, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (error == StoreError.AlreadyExists)
            {
                error = await from.RemoveIfCopiedAsync(root, path, archive, target!, cancellationToken).ConfigureAwait(false);
            }

            // Taken, or a file of this name where a directory of that name is needed.
            if (error is not (StoreError.AlreadyExists or StoreError.NotADirectory))
            {
                return error == StoreError.None ? target! : error;
            }
        }

        return StoreError.AlreadyExists;
    }

    /// <summary>Removes what copies left that a crash cut off; those that are being made stay.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were removed.</returns>
    public int SweepTemporaries(CancellationToken cancellationToken = default) => Directory.Exists(directory) ? Open().SweepTemporaries(cancellationToken) : 0;

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _opened?.Dispose();
            _opened = null;
        }
    }

    private LocalVaults Open()
    {
        lock (_lock)
        {
            return _opened ??= new LocalVaults(directory, new LocalStoreOptions { Durability = durability });
        }
    }
}
