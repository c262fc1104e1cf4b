using System.Globalization;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>
/// Stands between a publisher login and the customers' folders: what would take the place of a file that is there, or that a customer had, is held instead. It
/// belongs to one session, whose requests it answers one after the other.
/// </summary>
/// <param name="publisher">Keeps what is held.</param>
/// <param name="actor">The login, its address and connection.</param>
public sealed class DeliveryGate(FeedPublisher publisher, Actor actor)
{
    /// <summary>What is told of the file that was held last, or that a legal hold kept.</summary>
    internal string? Words { get; private set; }

    /// <summary>Commits an upload, whose old version is kept until it is settled, or holds it.</summary>
    internal async ValueTask<(StoreError Error, byte[]? Sha256)> CommitAsync(MountedPlace place, IHoldableUpload upload)
    {
        var path = upload.IsRemoved ? null : place.InVault(upload.RenamedTo ?? place.Path);
        var set = path is null ? null : publisher.Delivery(place.Account!, path, from: null, actor);
        if (set is null)
        {
            var kept = await UnlessKeptAsync(() => publisher.WhyNotOverwrittenAsync(place.Account!, path), upload.CommitKeepingOldAsync).ConfigureAwait(false);
            if (kept == StoreError.Held)
            {
                await upload.DiscardAsync().ConfigureAwait(false);
            }

            return (kept, null);
        }

        var file = set.Files[0];
        var error = StoreError.InputOutput;
        try
        {
            (error, var held) = await publisher.JudgeAsync(set, upload.ReadContentAsync).ConfigureAwait(false);
            if (error == StoreError.None && held is null)
            {
                error = await upload.CommitNewAsync().ConfigureAwait(false);
                file.Held = error == StoreError.AlreadyExists ? HeldReason.Present : null;
            }

            error = error is StoreError.None or StoreError.AlreadyExists && file.Held is not null ? await publisher.HoldAsync(set, upload).ConfigureAwait(false) : error;
        }
        catch (Exception e) when (e is DatabaseException or IOException or UnauthorizedAccessException)
        {
            error = StoreError.InputOutput;
        }
        finally
        {
            // What was neither published nor held is not to lie about: the client was told that it failed. What was published is settled when it is recorded.
            if (error != StoreError.None || file.Held is not null)
            {
                await upload.DiscardAsync().ConfigureAwait(false);
            }
        }

        return (Tell(set, error), error == StoreError.None ? file.Sha256 : null);
    }

    /// <summary>Removes a file that no legal hold covers.</summary>
    internal ValueTask<StoreError> RemoveAsync(MountedPlace place) =>
        UnlessKeptAsync(() => publisher.WhyNotMovedAsync(place.Account!, place.InVault(place.Path), target: null), () => place.Store.RemoveAsync(place.Path));

    /// <summary>Renames a file, or holds it; what a legal hold covers stays where one does.</summary>
    internal ValueTask<StoreError> RenameAsync(MountedPlace from, MountedPlace to, bool replace) => UnlessKeptAsync(
        async () => await publisher.WhyNotMovedAsync(from.Account!, from.InVault(from.Path), to.InVault(to.Path)).ConfigureAwait(false)
            ?? (replace ? await publisher.WhyNotOverwrittenAsync(to.Account!, to.InVault(to.Path)).ConfigureAwait(false) : null),
        () => RenameUnlessHeldAsync(from, to, replace));

    private async ValueTask<StoreError> UnlessKeptAsync(Func<ValueTask<Problem?>> why, Func<ValueTask<StoreError>> change)
    {
        try
        {
            if (await why().ConfigureAwait(false) is { } kept)
            {
                Words = kept.Message;
                return StoreError.Held;
            }
        }
        catch (DatabaseException)
        {
            return StoreError.InputOutput;
        }

        return await change().ConfigureAwait(false);
    }

    private async ValueTask<StoreError> RenameUnlessHeldAsync(MountedPlace from, MountedPlace to, bool replace)
    {
        if (from.InVault(from.Path) is not { } source || to.InVault(to.Path) is not { } target || publisher.Delivery(from.Account!, target, source, actor) is not { } set)
        {
            return await from.Store.RenameAsync(from.Path, to.Path, replace).ConfigureAwait(false);
        }

        try
        {
            // As the disk has it: the session's own store also knows uploads that are still being written.
            var opened = publisher.OpenStaging(from.Account!.Number);
            if (!opened.Succeeded)
            {
                return opened.Error;
            }

            await using var store = opened.Value.ConfigureAwait(false);
            return await RenameAsync(from, to, set, opened.Value, replace).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DatabaseException or IOException or UnauthorizedAccessException)
        {
            return StoreError.InputOutput;
        }
    }

    private async ValueTask<StoreError> RenameAsync(MountedPlace from, MountedPlace to, PublicationSet set, IStagingStore store, bool replace)
    {
        var file = set.Files[0];
        var source = await store.GetAttributesAsync(file.HeldFrom!, followLink: false).ConfigureAwait(false);
        if (source.Error == StoreError.NotFound)
        {
            // Still being written by this session: it is judged when it is committed, and must get there. What another commits under the name now is not meant.
            return await from.Store.RenameUploadAsync(from.Path, to.Path).ConfigureAwait(false);
        }

        var taken = await store.GetAttributesAsync(file.Path, followLink: false).ConfigureAwait(false);
        var folder = await store.GetAttributesAsync(file.Path.Parent, followLink: true).ConfigureAwait(false);
        if (source is not { Succeeded: true, Value.Kind: FileKind.File } || taken is { Succeeded: true, Value.Kind: FileKind.Directory } || !folder.Succeeded || IsSame(file, source.Value, taken))
        {
            return await from.Store.RenameAsync(from.Path, to.Path, replace).ConfigureAwait(false);
        }

        file.IsOnDisk = taken.Succeeded;
        var opened = await store.OpenAsync(file.HeldFrom!, OpenModes.Read).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        await using var content = opened.Value.ConfigureAwait(false);
        var attributes = await opened.Value.GetAttributesAsync().ConfigureAwait(false);
        if (!attributes.Succeeded || attributes.Value.Identity != source.Value.Identity)
        {
            return attributes.Succeeded ? StoreError.Busy : attributes.Error;
        }

        (file.Size, file.Identity) = (attributes.Value.Size, attributes.Value.Identity);
        var (error, held) = await publisher.JudgeAsync(set, opened.Value.ReadAsync).ConfigureAwait(false);
        if (error == StoreError.None && held is null)
        {
            await publisher.NoteHashAsync(file).ConfigureAwait(false);
            error = await from.Store.RenameAsync(from.Path, to.Path, replace: false).ConfigureAwait(false);
            file.Held = error == StoreError.AlreadyExists ? HeldReason.Present : null;
        }

        if (file.Held is null)
        {
            return error == StoreError.None ? await LookAgainAsync(file, store).ConfigureAwait(false) : error;
        }

        error = await FeedPublisher.MeasureAsync(file, opened.Value.ReadAsync).ConfigureAwait(false);
        return error != StoreError.None ? error : Tell(set, await publisher.HoldRenamedAsync(set, store).ConfigureAwait(false));
    }

    /// <summary>The account's number as the client writes it does not matter, so a file may be renamed to itself: it is no duplicate of itself.</summary>
    private static bool IsSame(PublicationEntry file, in FileAttributes source, StoreResult<FileAttributes> taken) =>
        file.Path.Equals(file.HeldFrom) || (taken.Succeeded && taken.Value.Identity == source.Identity);

    /// <summary>Another session may have put a new version under the old name after this one was judged: that goes back, and is judged when it is renamed itself.</summary>
    private static async ValueTask<StoreError> LookAgainAsync(PublicationEntry file, IStagingStore store)
    {
        var moved = await store.GetAttributesAsync(file.Path, followLink: false).ConfigureAwait(false);
        return moved.Succeeded && moved.Value.Identity != file.Identity
            && await store.RenameAsync(file.Path, file.HeldFrom!, replace: false).ConfigureAwait(false) == StoreError.None
                ? StoreError.Busy
                : StoreError.None;
    }

    private StoreError Tell(PublicationSet set, StoreError error)
    {
        if (error == StoreError.Held)
        {
            var because = set.Files[0].Held switch
            {
                HeldReason.Fetched => "a file of this name was there and was fetched",
                HeldReason.Content => "the account has this content under another name",
                _ => "a file of this name is there",
            };
            Words = string.Create(
                CultureInfo.InvariantCulture,
                $"Held as a duplicate, publication {set.Id}: {because}. Your file is kept and nothing was overwritten. Do not send it again; `waybill held release {set.Id}` publishes it, `waybill held discard {set.Id}` removes it.");
        }

        return error;
    }
}
