using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Inbound;

/// <summary>The content of a delivered file, for whoever has claimed it: the file that was claimed and no other that lies under its name by now.</summary>
public sealed class InboundContent : IAsyncDisposable
{
    private readonly IFileStore _store;
    private readonly IOpenFile _content;
    private readonly FileJournal _journal;
    private readonly VaultPath _path;
    private readonly ulong _identity;
    private readonly long? _born;

    private InboundContent(InboundFile file, IFileStore store, IOpenFile content, FileJournal journal, VaultPath path, Storage.FileAttributes attributes)
    {
        (File, _store, _content, _journal, _path) = (file, store, content, journal, path);
        (Size, _identity, _born) = (attributes.Size, attributes.Identity, attributes.Born);
    }

    /// <summary>The file.</summary>
    public InboundFile File { get; }

    /// <summary>Its bytes.</summary>
    public long Size { get; }

    /// <summary>Reads a piece; nothing at its end.</summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer)
    {
        var read = await _content.ReadAsync(offset, buffer).ConfigureAwait(false);
        return read.Succeeded ? read.Value : throw new IOException($"The delivered file {File.Id} cannot be read to its end ({read.Error}).");
    }

    /// <summary>Records that so much of it was sent, whole or not.</summary>
    public async ValueTask<Outcome> RecordAsync(long sent) =>
        await _journal.RecordAsync(
            new FileEvent(FileOperation.Download, _path, Bytes: sent, Size: Size, Identity: _identity, ReadTo: sent, IsCut: sent < Size) { Born = _born }).ConfigureAwait(false) == StoreError.None
            ? Outcome.Done
            : Problem.Unusable("The fetch could not be recorded.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Opens it for who has claimed it.</summary>
    internal static async ValueTask<Result<InboundContent>> OpenAsync(
        WaybillDatabase database, AuditLog audit, VaultStores stores, TimeProvider time, long file, string claimant, Actor actor, CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(connection => InboundSql.Find(connection, file), cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return InboundService.Unknown(file);
        }

        if (row.File.State != InboundState.Claimed || row.File.Claimant != claimant || row.File.ClaimedUntil <= time.GetUtcNow() || row.Identity is not { } identity)
        {
            return Problem.Refused($"File {file} is not claimed by {Words.Show(claimant)}. Claim it first.");
        }

        if (VaultPath.TryParse(System.Text.Encoding.UTF8.GetBytes(row.File.Path), VaultPath.Root, out var path) != VaultPathError.None)
        {
            return Problem.Unusable($"File {file} has a name that cannot be opened. Look at its account's vault.");
        }

        var opened = stores.Open(row.File.Account);
        if (!opened.Succeeded)
        {
            return Problem.Unusable($"The vault of account {row.File.Account} cannot be opened ({opened.Error}). Check that it is there.");
        }

        IFileStore? store = opened.Value;
        IOpenFile? content = null;
        try
        {
            var there = await store.GetAttributesAsync(path!, followLink: false).ConfigureAwait(false);
            var read = there.Succeeded && there.Value.Kind == FileKind.File ? await store.OpenAsync(path!, OpenModes.Read).ConfigureAwait(false) : StoreError.NotFound;
            content = read.Succeeded ? read.Value : null;
            if (content is not null && await content.GetAttributesAsync().ConfigureAwait(false) is { Succeeded: true } now && unchecked((long)now.Value.Identity) == identity)
            {
                var journal = new FileJournal(audit, actor, DeliveryProtocol.Rest, new VaultView(row.File.Account, ""), time);
                var found = new InboundContent(row.File, store, content, journal, path!, now.Value);
                (store, content) = (null, null);
                return found;
            }

            return Problem.Refused($"File {file} was replaced, renamed or removed by its sender. List again and take what is there now.");
        }
        finally
        {
            if (content is not null)
            {
                await content.DisposeAsync().ConfigureAwait(false);
            }

            if (store is not null)
            {
                await store.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
