using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Quotas;

/// <summary>A session's quotas as the database has them.</summary>
internal sealed class CatalogueQuotas(WaybillDatabase database, string accountKey, string login, ILoginView view) : IQuotaSource
{
    public async ValueTask<QuotaReading?> ReadAsync()
    {
        try
        {
            return await database.ReadAsync<QuotaReading?>(
                connection => new QuotaReading(QuotaSql.State(connection, accountKey, ""), QuotaSql.State(connection, accountKey, login))).ConfigureAwait(false);
        }
        catch (DatabaseException)
        {
            // What was read last goes on to count; an upload that cannot be recorded is not acknowledged anyhow.
            return null;
        }
    }

    public async ValueTask<StoredVersion?> FindAsync(VaultPath path)
    {
        try
        {
            if (await view.LocateAsync(path).ConfigureAwait(false) is not { } place)
            {
                return null;
            }

            return await database.ReadAsync(connection => connection.First<StoredVersion?>(
                """
                SELECT f.size, f.login = @login COLLATE NOCASE FROM file f JOIN account a ON a.id = f.account_id
                WHERE a.number_key = @key AND f.path = @path AND f.gone_at IS NULL
                """,
                static row => new StoredVersion(row.GetInt64(0), !row.IsDBNull(1) && row.GetInt64(1) != 0),
                ("@login", login), ("@key", accountKey), ("@path", place.Path))).ConfigureAwait(false);
        }
        catch (DatabaseException)
        {
            return null;
        }
    }
}
