using System.Buffers;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Retention;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>What publisher logins deliver by SFTP and SCP: a duplicate among it is held as one that is published by command.</summary>
public sealed partial class FeedPublisher
{
    private const int MeasureBuffer = 128 * 1024;

    /// <summary>A delivered file as a set of its own; null for one that is not judged under this name, or lies in no feed.</summary>
    internal PublicationSet? Delivery(Account account, VaultPath path, VaultPath? from, Actor actor)
    {
        if (types.At(path.ToString()) is not { } feed || UnfinishedNames.Has(path.Name))
        {
            return null;
        }

        var set = new PublicationSet(account.Id, account.Number, feed.Name) { Actor = actor, State = from is null ? PublicationState.Staging : PublicationState.Holding };
        set.Files.Add(new PublicationEntry(path, NewToken()) { HeldFrom = from });
        return set;
    }

    /// <summary>The legal hold because of which a publisher login may not remove or move something; null when it may.</summary>
    internal ValueTask<Problem?> WhyNotMovedAsync(Account account, VaultPath? path, VaultPath? target) => database.ReadAsync(
        connection => path is null ? null
            : target is null ? HoldSql.Check(connection, account.Id, account.Number, path.ToString())
            : HoldSql.CheckMove(connection, account.Id, account.Number, path.ToString(), target.ToString()));

    /// <summary>The legal hold because of which a publisher login may not overwrite what lies at a path; null when it may, and when nothing lies there.</summary>
    internal ValueTask<Problem?> WhyNotOverwrittenAsync(Account account, VaultPath? path) => database.ReadAsync(
        connection => path is null || CatalogueSql.Present(connection, account.Id, path.ToString()) is null ? null : HoldSql.Check(connection, account.Id, account.Number, path.ToString()));

    /// <summary>A vault as it lies on the disk.</summary>
    internal StoreResult<IStagingStore> OpenStaging(string account) => stores.OpenStaging(account);

    /// <summary>Why a delivered file must not be published, or null. Its content is read only where the feed asks for it.</summary>
    internal async ValueTask<StoreResult<HeldReason?>> JudgeAsync(PublicationSet set, Func<long, Memory<byte>, ValueTask<StoreResult<int>>> read)
    {
        var file = set.Files[0];
        file.Held = await database.ReadAsync(
            connection =>
            {
                file.FileId = file.HeldFrom is { } from ? CatalogueSql.Present(connection, set.AccountId, from.ToString()) : null;
                return PublicationSql.Duplicate(connection, set, file, sameContent: false);
            }).ConfigureAwait(false);
        Step("judged");
        if (file.Held is not null || types.Find(set.Feed) is not { Succeeded: true, Value.DetectSameContent: true })
        {
            return new(StoreError.None, file.Held);
        }

        var error = await MeasureAsync(file, read).ConfigureAwait(false);
        if (error == StoreError.None)
        {
            file.Held = await database.ReadAsync(connection => PublicationSql.Duplicate(connection, set, file, sameContent: true)).ConfigureAwait(false);
        }

        return new(error, file.Held);
    }

    /// <summary>Learns size and hash of a delivered file.</summary>
    internal static async ValueTask<StoreError> MeasureAsync(PublicationEntry file, Func<long, Memory<byte>, ValueTask<StoreResult<int>>> read)
    {
        if (file.Sha256 is not null)
        {
            return StoreError.None;
        }

        using var measure = new ContentMeasure();
        var buffer = ArrayPool<byte>.Shared.Rent(MeasureBuffer);
        try
        {
            for (var offset = 0L; ;)
            {
                var result = await read(offset, buffer).ConfigureAwait(false);
                if (!result.Succeeded)
                {
                    return result.Error;
                }

                if (result.Value == 0)
                {
                    measure.Tell(file);
                    return StoreError.None;
                }

                measure.Add(buffer.AsSpan(0, result.Value));
                offset += result.Value;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Notes the hash of a file that is about to get its own name, so that the next one with its content is found.</summary>
    internal async ValueTask NoteHashAsync(PublicationEntry file)
    {
        if (file is { FileId: { } id, Sha256: { } sha256 })
        {
            await database.WriteAsync<int>(transaction =>
            {
                CatalogueSql.Describe(transaction.Connection, id, null, sha256);
                return 1;
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Holds an upload that its client has ended; whoever called discards it when it is not held. Killed before it is decided it is undone: the client was told nothing yet.</summary>
    internal async ValueTask<StoreError> HoldAsync(PublicationSet set, IHoldableUpload upload)
    {
        var file = set.Files[0];
        var opened = stores.OpenStaging(set.Account);
        var error = opened.Succeeded ? await MeasureAsync(file, upload.ReadContentAsync).ConfigureAwait(false) : opened.Error;
        if (error != StoreError.None || !opened.Succeeded)
        {
            return error;
        }

        await using var store = opened.Value.ConfigureAwait(false);
        if (await HeldBeforeAsync(set, opened.Value).ConfigureAwait(false) is { } before)
        {
            set.Id = before;
            return StoreError.Held;
        }

        using var lease = PublicationLease.Take(leases);
        var begun = await database.WriteAsync<int>(transaction =>
        {
            PublicationSql.Begin(transaction.Connection, set, lease.Owner, time.GetUtcNow());
            return 1;
        }).ConfigureAwait(false);
        if (!begun.Succeeded)
        {
            return StoreError.InputOutput;
        }

        Step("delivery-begun");
        error = await upload.HoldAsync(file.Token).ConfigureAwait(false);
        Step("delivery-hidden");

        // It may have got its hidden name before it failed. What cannot be removed now is removed by the next one that looks.
        if (error != StoreError.None && opened.Value.Discard(file.Path, file.Token) != StoreError.None)
        {
            return error;
        }

        var decided = await database.WriteAsync<int>(transaction =>
        {
            if (error == StoreError.None)
            {
                PublicationSql.WriteFiles(transaction.Connection, set);
                Hold(transaction, set, time.GetUtcNow());
            }
            else
            {
                set.Reason = $"could not be kept ({error})";
                PublicationSql.Settle(transaction.Connection, set, PublicationState.Failed, time.GetUtcNow());
            }

            return 1;
        }).ConfigureAwait(false);
        return error != StoreError.None ? error : decided.Succeeded ? StoreError.Held : StoreError.InputOutput;
    }

    /// <summary>
    /// Holds a file instead of renaming it to the name of which it is a duplicate. It was acknowledged under its old name, so from the decision on it is held, whoever
    /// is killed.
    /// </summary>
    internal async ValueTask<StoreError> HoldRenamedAsync(PublicationSet set, IStagingStore store)
    {
        var file = set.Files[0];
        if (await HeldBeforeAsync(set, store).ConfigureAwait(false) is { } before)
        {
            Step("held-before");
            var left = await database.WriteAsync<bool>(transaction =>
            {
                // Discarded or released since it was looked at, it is no reason to remove this one.
                set.Id = PublicationSql.StateOf(transaction.Connection, before) == PublicationState.Held ? before : 0;
                return set.Id != 0 && LeaveForHeld(transaction, set);
            }).ConfigureAwait(false);
            if (!left.Succeeded)
            {
                return StoreError.InputOutput;
            }

            if (left.Value)
            {
                // This version and no newer one that has its name by now.
                var removed = store.RemoveOnly(file.HeldFrom!, file.Identity!.Value);
                return removed is StoreError.None or StoreError.Busy ? StoreError.Held : removed;
            }
        }

        using var lease = PublicationLease.Take(leases);
        var decided = await database.WriteAsync<bool>(transaction =>
        {
            PublicationSql.Begin(transaction.Connection, set, lease.Owner, time.GetUtcNow());
            PublicationSql.WriteFiles(transaction.Connection, set);
            return LeaveForHeld(transaction, set);
        }).ConfigureAwait(false);
        if (!decided.Succeeded)
        {
            return StoreError.InputOutput;
        }

        Step("rename-decided");
        await HideAsync(set, store, CancellationToken.None).ConfigureAwait(false);
        Step("rename-hidden");
        if (set.Error is not (StoreError.None or StoreError.NotFound or StoreError.Busy))
        {
            return set.Error;
        }

        var settled = await database.WriteAsync<int>(transaction =>
        {
            SettleHeld(transaction, set);
            return 1;
        }).ConfigureAwait(false);
        return set.Error != StoreError.None ? set.Error : settled.Succeeded ? StoreError.Held : StoreError.InputOutput;
    }

    private bool LeaveForHeld(WriteTransaction transaction, PublicationSet set)
    {
        var (file, from) = (set.Files[0], set.Files[0].HeldFrom!.ToString());

        // Of a newer version that has the name by now nothing is said.
        if (file.FileId is null || CatalogueSql.Present(transaction.Connection, set.AccountId, from) == file.FileId)
        {
            CatalogueSql.Left(transaction.Connection, set.AccountId, from, GoneHow.Held, time.GetUtcNow());
        }

        Record(transaction, set, AuditActions.Rename, from, new JsonObject { ["publication"] = set.Id, ["error"] = nameof(StoreError.Held) }, AuditOutcome.Failed);
        return true;
    }

    /// <summary>A client that tries again finds what it delivered before, if that is still there: nothing is kept twice, and nothing is told twice.</summary>
    private async ValueTask<long?> HeldBeforeAsync(PublicationSet set, IStagingStore store)
    {
        var file = set.Files[0];
        if (await database.ReadAsync(connection => PublicationSql.Held(connection, set, file)).ConfigureAwait(false) is not { } before)
        {
            return null;
        }

        var opened = store.OpenHidden(file.Path, before.Token);
        if (!opened.Succeeded)
        {
            return null;
        }

        await using var content = opened.Value.ConfigureAwait(false);
        return await opened.Value.GetAttributesAsync().ConfigureAwait(false) is { Succeeded: true, Value: var there } && there.Size == file.Size ? before.Id : null;
    }

    private void SettleHeld(WriteTransaction transaction, PublicationSet set)
    {
        if (set.Error == StoreError.None)
        {
            Hold(transaction, set, time.GetUtcNow());
            return;
        }

        set.Reason = set.Error == StoreError.Busy ? "the file was replaced meanwhile" : "the file was removed meanwhile";
        PublicationSql.Settle(transaction.Connection, set, PublicationState.Failed, time.GetUtcNow());
    }
}
