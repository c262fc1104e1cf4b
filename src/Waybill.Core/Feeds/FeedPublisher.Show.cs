using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>The renames of a set, repeatable: a second run finds done what the first one did.</summary>
public sealed partial class FeedPublisher
{
    private async ValueTask ShowAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        foreach (var file in set.Files)
        {
            set.Error = store.Show(file.Path, file.Token, set.Replaces);
            if (set.Error == StoreError.NotFound && await IsThereAsync(file, store).ConfigureAwait(false))
            {
                set.Error = StoreError.None;
            }

            if (set.Error != StoreError.None)
            {
                file.Held = set.Error == StoreError.AlreadyExists ? HeldReason.Taken : null;
                break;
            }

            file.IsShown = true;
            Step("shown-one");
        }

        if (set.Error == StoreError.None)
        {
            set.Error = Sync(set, store);
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

        // Together or not at all: what was shown is hidden again, and what it replaced is back.
        foreach (var file in set.Files.Where(static file => file.IsShown))
        {
            store.Hide(file.Path, file.Token);
        }

        if (set.Error != StoreError.AlreadyExists)
        {
            Discard(set, store);
        }

        Sync(set, store);
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
            if (store.SyncDirectory(folder) is var error and not StoreError.None)
            {
                return error;
            }
        }

        return StoreError.None;
    }

    private static async ValueTask<bool> IsThereAsync(PublicationEntry file, IStagingStore store) =>
        await store.GetAttributesAsync(file.Path, followLink: false).ConfigureAwait(false) is { Succeeded: true, Value: { Kind: FileKind.File } there } && there.Size == file.Size;

    /// <summary>Hides what is taken back; what is hidden already, or gone, is no error.</summary>
    private ValueTask HideAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        foreach (var file in set.Files)
        {
            var error = file.HeldFrom is { } from ? store.HideAs(from, file.Path, file.Token) : store.Hide(file.Path, file.Token);
            if (set.State == PublicationState.Holding && error == StoreError.NotFound)
            {
                set.Error = error;
                return ValueTask.CompletedTask;
            }

            if (error is not (StoreError.None or StoreError.NotFound or StoreError.AlreadyExists))
            {
                set.Error = error;
                return ValueTask.CompletedTask;
            }

            Step("hidden-one");
        }

        set.Error = Sync(set, store);
        return ValueTask.CompletedTask;
    }
}
