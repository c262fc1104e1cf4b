using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Core.Inbound;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Catalogue;

/// <summary>What a file operation that succeeded changes in the catalogue.</summary>
internal sealed class CatalogueChange(
    FileEvent fileEvent, VaultPlace place, VaultPlace? target, Actor actor, string deliverer, string protocol, FeedTypes? feeds, DateTimeOffset now) : IAuditEffect
{
    public void Apply(DatabaseConnection connection)
    {
        if (CatalogueSql.AccountId(connection, place.Account) is not { } account)
        {
            return;
        }

        switch (fileEvent.Operation)
        {
            case FileOperation.Upload:
                var arrived = CatalogueSql.Arrived(connection, account, place.Path, fileEvent.Size, fileEvent.ExpectedSize, deliverer, protocol, now, FileNumber.Of(fileEvent));
                CatalogueSql.Describe(connection, arrived, feeds?.AtFinal(place.Path)?.Name, fileEvent.Sha256);
                if (fileEvent.IsUnclean)
                {
                    CatalogueSql.EndedUncleanly(connection, arrived);
                }

                InboundSql.Delivered(connection, arrived, actor, now);
                break;
            case FileOperation.Download when !fileEvent.IsPending && CatalogueSql.WasRead(connection, account, place.Path, FileNumber.Of(fileEvent)) is { } file:
                CatalogueSql.Fetched(connection, file, new FileFetch(actor.Name, protocol, actor.Address, now, fileEvent.Bytes, fileEvent.Bytes >= fileEvent.Size), fileEvent);
                break;
            case FileOperation.Remove:
                CatalogueSql.Left(connection, account, place.Path, GoneHow.Removed, now);
                break;
            case FileOperation.Archive:
                CatalogueSql.Left(connection, account, place.Path, GoneHow.Archived, now);
                break;
            case FileOperation.Rename when fileEvent.IsPending:
                break;
            case FileOperation.Rename when target is not null && target.Account == place.Account:
                CatalogueSql.Renamed(connection, account, place.Path, target.Path, now);
                if (feeds is not null)
                {
                    CatalogueSql.BelongsTo(connection, account, target.Path, path => feeds.AtFinal(path)?.Name);
                }

                InboundSql.Renamed(connection, account, target.Path, actor, now);
                break;
            case FileOperation.SetAttributes:
                if (fileEvent.Changes.Size is { } size)
                {
                    CatalogueSql.Resized(connection, account, place.Path, size, now);
                    InboundSql.Resized(connection, account, place.Path, actor, now);
                    break;
                }

                InboundSql.Touched(connection, account, place.Path, actor, now);
                break;
        }
    }
}
