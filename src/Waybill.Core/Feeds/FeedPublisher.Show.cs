using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>The renames of a set, repeatable: a second run finds done what the first one did.</summary>
public sealed partial class FeedPublisher
{
    private async ValueTask ShowAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        using (await SetLock.TakeAsync(set, store).ConfigureAwait(false))
        {
            await ShowFilesAsync(set, store).ConfigureAwait(false);
            if (set.Error != StoreError.None)
            {
                HideShown(set, store);
            }
        }

        if (set.Error == StoreError.None && (set.Error = Sync(set, store)) != StoreError.None)
        {
            HideShown(set, store);
        }

        Step("synced");
        if (set.Error == StoreError.None)
        {
            if (set.Replaces)
            {
                set.Files.ForEach(file => store.ForgetReplaced(file.Path, file.Token));
            }

            return;
        }

        if ((set.Error != StoreError.AlreadyExists || set.IsOfParentItself) && set.Aside is null && !set.IsRecovered)
        {
            Discard(set, store);
        }

        Sync(set, store);
    }

    private async ValueTask ShowFilesAsync(PublicationSet set, IStagingStore store)
    {
        foreach (var file in set.Files)
        {
            set.Error = store.Show(file.Path, file.Token, set.Replaces);
            file.IsShown = set.Error == StoreError.None;
            if (set.IsRecovered && set.Error is StoreError.NotFound or StoreError.AlreadyExists)
            {
                set.Error = await FindShownAsync(set, file, store).ConfigureAwait(false);
            }

            if (set.Error != StoreError.None)
            {
                file.Held = set.Error == StoreError.AlreadyExists ? HeldReason.Taken : null;
                return;
            }

            Step("shown-one");
        }
    }

    /// <summary>Together or not at all: what was shown is hidden again, and what it replaced is back.</summary>
    private static void HideShown(PublicationSet set, IStagingStore store)
    {
        foreach (var file in set.Files.Where(static file => file.IsShown))
        {
            store.Hide(file.Path, file.Token);
        }
    }

    /// <summary>What is held is nowhere else any more once the caller is told so.</summary>
    private ValueTask SyncHeld(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        set.Error = Sync(set, store);
        set.Problem = set.Error == StoreError.None
            ? null
            : Problem.Unusable($"Publication {set.Id} for account {set.Account} is held, but the disk did not take it ({set.Error}). Discard it and publish it again.");
        return ValueTask.CompletedTask;
    }

    private static StoreError Sync(PublicationSet set, IStagingStore store)
    {
        foreach (var folder in set.Folders)
        {
            // The folder that a held file was in may be gone; that file is beside its new place.
            if (store.SyncDirectory(folder) is var error and not StoreError.None && !(error == StoreError.NotFound && set.State == PublicationState.Holding))
            {
                return error;
            }
        }

        return StoreError.None;
    }

    /// <summary>Hides what is taken back; what is hidden already, or gone, is no error.</summary>
    private async ValueTask HideAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        using (await SetLock.TakeAsync(set, store).ConfigureAwait(false))
        {
            await HideFilesAsync(set, store).ConfigureAwait(false);
        }

        set.Error = set.Error == StoreError.None ? Sync(set, store) : set.Error;
    }

    private async ValueTask HideFilesAsync(PublicationSet set, IStagingStore store)
    {
        foreach (var file in set.Files)
        {
            var error = file.HeldFrom is { } from ? await HideAsAsync(set, file, from, store).ConfigureAwait(false) : store.Hide(file.Path, file.Token);
            if (error != StoreError.None && (set.State == PublicationState.Holding || error is not (StoreError.NotFound or StoreError.AlreadyExists)))
            {
                set.Error = error;
                return;
            }

            Step("hidden-one");
        }
    }

    private async ValueTask<StoreError> HideAsAsync(PublicationSet set, PublicationEntry file, VaultPath from, IStagingStore store)
    {
        if (file.Identity is null)
        {
            var found = await IdentifyAsync(file, from, store).ConfigureAwait(false);
            if (!found.Succeeded)
            {
                return found.Error;
            }

            file.Identity = found.Value;
        }

        var error = store.HideAs(from, file.Path, file.Token, file.Identity.Value);
        return error == StoreError.NotADirectory && stores.EnsureFolder(set.Account, file.Path.Parent.ToString()) == StoreError.None
            ? store.HideAs(from, file.Path, file.Token, file.Identity.Value)
            : error;
    }
}
