using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;

namespace Waybill.Core.Backup;

/// <summary>
/// Brings the restored catalogue in line with the restored files: the backup was made beside a running server, so a file may be newer than the copy of the database.
/// A hash that was not known yet is known now.
/// </summary>
internal sealed class RestoredCatalogue(WaybillDatabase database, AuditLog audit, Actor actor, TimeProvider time)
{
    private const int Batch = 256;

    private readonly List<(BackupFile File, string Sha256)> _batch = new(Batch);

    /// <summary>Files that were another version than their rows.</summary>
    public long NewVersions { get; private set; }

    public async ValueTask AddAsync(BackupFile file, string sha256, CancellationToken cancellationToken)
    {
        _batch.Add((file, sha256));
        if (_batch.Count == Batch)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count == 0)
        {
            return;
        }

        var changed = await database.WriteAsync<int>(
            transaction => _batch.Count(each => Compare(transaction, each.File, Convert.FromHexString(each.Sha256))), cancellationToken).ConfigureAwait(false);
        if (!changed.Succeeded)
        {
            throw new DatabaseException(changed.Problem);
        }

        NewVersions += changed.Value;
        _batch.Clear();
    }

    private bool Compare(WriteTransaction transaction, BackupFile file, byte[] sha256)
    {
        var (number, path) = BackupReader.Place(file);
        var connection = transaction.Connection;
        if (CatalogueSql.AccountId(connection, number) is not { } account || UpkeepSql.Present(connection, account, path.ToString()) is not { } row)
        {
            // Put in by hand and not found before the backup: the next scan finds it.
            return false;
        }

        var known = connection.First<byte[]?>("SELECT sha256 FROM file WHERE id = @id", static found => found.IsDBNull(0) ? null : found.Bytes(0), ("@id", row.Id));
        var isSame = row.Size == file.Size && (known is null || known.AsSpan().SequenceEqual(sha256));
        var id = row.Id;
        if (!isSame)
        {
            id = CatalogueSql.Arrived(connection, account, row.Path, file.Size ?? 0, null, null, DeliveryProtocol.Found, time.GetUtcNow());
            audit.Append(transaction, new AuditEntry(AuditActions.FileChanged, actor) { Account = number, Subject = row.Path, Detail = $"{{\"size\":{file.Size}}}" });
        }

        connection.Execute("UPDATE file SET sha256 = @sha256 WHERE id = @id", ("@sha256", sha256), ("@id", id));
        return !isSame;
    }
}
