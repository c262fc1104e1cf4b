using System.Buffers;
using Waybill.Storage;

namespace Waybill.Core.AccountFiles;

/// <summary>
/// Uploads. What came of one that was cut off is kept hidden for its person alone, as it is for a login (promise D7): the next piece goes on where it ends. Only the
/// piece that makes it complete publishes it, and success means data, name, catalogue and audit (promise D1).
/// </summary>
public sealed partial class AccountFileSession
{
    /// <summary>How much of an upload is kept; 0 for none. A problem when there is a file of this name, or nothing may be put here.</summary>
    public async ValueTask<Result<UploadProgress>> ProgressAsync()
    {
        var kept = await MayCreateAsync().ConfigureAwait(false);
        return kept.Succeeded ? new UploadProgress(kept.Value, IsDone: false) : kept.Problem;
    }

    /// <summary>Another session on the name of a file in this folder.</summary>
    public Result<AccountFileSession> In(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var named = NewName(Path, name);
        return named.Succeeded
            ? new AccountFileSession(_database, _store, _rules, _journal, _account, _root, named.Value, _email, _vendorUser) { MaximumEntries = MaximumEntries, Time = Time }
            : named.Problem;
    }

    /// <summary>Takes a piece of an upload, or all of it.</summary>
    /// <param name="offset">Where the piece begins: 0 begins anew, else where the kept part ends.</param>
    /// <param name="total">The file's size; null when the end of <paramref name="content"/> is its end.</param>
    /// <param name="content">The bytes. Whoever made it throws an <see cref="IOException"/> where they end too early.</param>
    /// <param name="mayStill">Asked when all bytes are there: a session may have ended meanwhile. Null for no question.</param>
    /// <param name="cancellationToken">Stops it; what came is kept.</param>
    public async ValueTask<Result<UploadProgress>> UploadAsync(
        long offset, long? total, Stream content, Func<ValueTask<Problem?>>? mayStill = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var kept = await MayCreateAsync().ConfigureAwait(false);
        if (!kept.Succeeded)
        {
            return kept.Problem;
        }

        if (offset < 0 || total < offset)
        {
            return Problem.Invalid("A piece of the upload lies outside of the file.");
        }

        if (offset > 0 && offset != kept.Value)
        {
            // The sender goes on from what is here.
            return new UploadProgress(kept.Value, IsDone: false);
        }

        var modes = OpenModes.Write | OpenModes.Create | (offset == 0 ? OpenModes.Truncate : 0);
        var opened = await _store.OpenAsync(Path, modes, expectedSize: total).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return Explain(opened.Error);
        }

        await using var file = opened.Value;
        if (file.ResumedAt != offset)
        {
            await DropAsync(file, total is not null).ConfigureAwait(false);
            return Explain(StoreError.Busy);
        }

        var (end, problem) = await CopyAsync(file, offset, total, content, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            return await GiveUpAsync(file, end, offset, total, problem).ConfigureAwait(false);
        }

        if (end < total)
        {
            // Disposed, it is kept.
            await file.DisposeAsync().ConfigureAwait(false);
            return file.Kept >= end
                ? new UploadProgress(file.Kept, IsDone: false)
                : Problem.Refused("Files cannot be sent in pieces here: what came of this one is not kept. Send it whole: over SFTP, in one request of the REST API, or with a browser whose scripts are turned off.");
        }

        return mayStill is not null && await mayStill().ConfigureAwait(false) is { } refused
            ? await GiveUpAsync(file, end, offset, total, refused).ConfigureAwait(false)
            : await PublishAsync(file, end, offset, total).ConfigureAwait(false);
    }

    private static async ValueTask DropAsync(IOpenFile file, bool keep)
    {
        if (keep)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await file.DiscardAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<Result<long>> MayCreateAsync()
    {
        if (!_rules.RightsAt(Path).HasFlag(FileRights.Create))
        {
            var folders = UploadFolders;
            return await RefuseAsync(
                FileOperation.Upload, "You may not put anything here" + (folders.Count == 0 ? "." : $"; put it into {string.Join(" or ", folders.Take(3))}.")).ConfigureAwait(false);
        }

        var there = await _store.GetAttributesAsync(Path, followLink: false).ConfigureAwait(false);
        return there.Succeeded
            ? there.Value.IsUnfinished ? there.Value.Size : Explain(StoreError.AlreadyExists)
            : there.Error == StoreError.NotFound ? 0L : Explain(there.Error);
    }

    private async ValueTask<(long End, Problem? Problem)> CopyAsync(IOpenFile file, long offset, long? total, Stream content, CancellationToken cancellationToken)
    {
        var end = offset;
        var buffer = ArrayPool<byte>.Shared.Rent(AccountFileLimits.Buffer);
        try
        {
            while (true)
            {
                var read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return (end, null);
                }

                if (read > total - end)
                {
                    return (end, Problem.Invalid("More came than the file was said to have. It was changed while it was sent; send it again."));
                }

                var error = await file.WriteAsync(end, new ReadOnlySequence<byte>(buffer.AsMemory(0, read))).ConfigureAwait(false);
                if (error != StoreError.None)
                {
                    return (end, Explain(error));
                }

                end += read;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return (end, Problem.Refused("The upload broke off. Send the file again."));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>"The upload was there and now it is not": the audit says that it broke off, and what is kept.</summary>
    private async ValueTask<Problem> GiveUpAsync(IOpenFile file, long end, long offset, long? total, Problem problem)
    {
        await DropAsync(file, total is not null).ConfigureAwait(false);
        var outcome = problem.Kind == ProblemKind.LimitReached ? StoreError.QuotaExceeded : StoreError.Abandoned;
        await _journal.RecordAsync(new FileEvent(
            FileOperation.Upload, file.RenamedTo ?? Path, Bytes: end - offset, Size: end, ExpectedSize: total, Outcome: outcome, ResumedAt: offset, Kept: file.Kept)).ConfigureAwait(false);
        return problem;
    }

    /// <summary>Published, recorded, answered, in this order; what cannot be recorded is taken back.</summary>
    private async ValueTask<Result<UploadProgress>> PublishAsync(IOpenFile file, long end, long offset, long? total)
    {
        var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
        var error = await file.CommitKeepingOldAsync().ConfigureAwait(false);
        var isRecorded = false;
        try
        {
            var recorded = await RecordAsync(new FileEvent(
                FileOperation.Upload, file.RenamedTo ?? Path, Bytes: end - offset, Size: end, ExpectedSize: total, Outcome: error, ResumedAt: offset, Identity: attributes.Value.Identity, Sha256: file.Sha256)
            { Born = attributes.Value.Born }).ConfigureAwait(false);
            isRecorded = recorded.Succeeded;
            if (error == StoreError.None)
            {
                return recorded.Succeeded ? new UploadProgress(end, IsDone: true) : recorded.Problem;
            }
        }
        finally
        {
            await file.SettleAsync(isRecorded).ConfigureAwait(false);
        }

        // Nothing may be replaced here, so the store denies it when somebody took the name meanwhile.
        var there = await _store.GetAttributesAsync(Path, followLink: false).ConfigureAwait(false);
        return Explain(there.Succeeded && error == StoreError.PermissionDenied ? StoreError.AlreadyExists : error);
    }
}
