using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Inbound;

/// <summary>
/// Moves delivered files to where their sender sees what became of them. First the intent is committed, then the file moved, then the end committed: a crash at
/// any point leaves a row that says what is to be done, and doing it twice changes nothing.
/// </summary>
internal sealed class InboundMover(WaybillDatabase database, AuditLog audit, TimeProvider time, VaultStores stores)
{
    private const int FolderMode = 0x1E8; // 0750

    /// <summary>Called after each step of a move: <c>intended</c>, <c>moved</c>, <c>reported</c>, <c>done</c>; and <c>misplaced</c>, when another file was moved.</summary>
    public Action<string>? AfterStep { get; set; }

    /// <summary>As <see cref="Intend"/>, unless a legal hold does not reach to where the file would go: then that.</summary>
    public static Problem? IntendUnlessHeld(DatabaseConnection connection, InboundRow row, InboundState state, long identity, string by, Actor decider, string? report)
    {
        var folder = SenderPlace.Of(row.File.Path).Folder(state);
        if (HoldSql.CheckMove(connection, row.AccountId, row.File.Account, row.File.Path, folder) is { } held)
        {
            return held;
        }

        Intend(connection, row, state, identity, by, decider, report);
        return null;
    }

    /// <summary>Commits the intent; the caller has checked that it may.</summary>
    public static void Intend(DatabaseConnection connection, InboundRow row, InboundState state, long identity, string by, Actor decider, string? report)
    {
        var place = SenderPlace.Of(row.File.Path);
        var target = place.In(state);
        if (CatalogueSql.Present(connection, row.AccountId, target) is not null)
        {
            target = place.In(state, row.File.Arrived, row.File.Id);
        }

        InboundSql.Intend(connection, row.File.Id, state, target, identity, by, decider, report);
    }

    /// <summary>What lies at a path now, that is a file.</summary>
    public async ValueTask<StoreResult<FileAttributes>> LookAsync(string account, string path)
    {
        var opened = stores.Open(account);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        await using var store = opened.Value;
        return TryParse(path) is { } parsed ? await LookAsync(store, parsed).ConfigureAwait(false) : StoreError.NameTooLong;
    }

    /// <summary>Which file lies at a path now.</summary>
    public async ValueTask<StoreResult<long>> IdentifyAsync(string account, string path) => Identity(await LookAsync(account, path).ConfigureAwait(false));

    /// <summary>Finishes a move whose intent is committed, whoever decided it: in the audit it is theirs.</summary>
    public async ValueTask<Result<InboundFile>> FinishAsync(long file, CancellationToken cancellationToken = default)
    {
        var row = await database.ReadAsync(connection => InboundSql.Find(connection, file), cancellationToken).ConfigureAwait(false);
        if (row?.Target is null)
        {
            return row is null ? InboundService.Unknown(file) : row.File;
        }

        var opened = stores.Open(row.File.Account);
        if (!opened.Succeeded)
        {
            return Cannot(row, opened.Error);
        }

        AfterStep?.Invoke("intended");
        await using var store = opened.Value;
        var error = await MoveAsync(store, row, cancellationToken).ConfigureAwait(false);
        if (error == StoreError.AlreadyExists)
        {
            // Somebody's file that the catalogue does not know has the name.
            var other = SenderPlace.Of(row.File.Path).In(row.TargetState!.Value, row.File.Arrived, file);
            var changed = await database.WriteAsync<InboundRow>(
                transaction =>
                {
                    transaction.Connection.Execute(
                        "UPDATE inbound SET target = @target WHERE file_id = @file AND target = @before", ("@target", other), ("@file", file), ("@before", row.Target));
                    return InboundSql.Find(transaction.Connection, file)!;
                },
                cancellationToken).ConfigureAwait(false);
            if (!changed.Succeeded)
            {
                return changed.Problem;
            }

            row = changed.Value;
            error = row.Target is null ? StoreError.None : await MoveAsync(store, row, cancellationToken).ConfigureAwait(false);
        }

        if (row.Target is null)
        {
            return row.File;
        }

        if (error is StoreError.NotFound or StoreError.Busy)
        {
            return await UndoAsync(row, cancellationToken).ConfigureAwait(false);
        }

        AfterStep?.Invoke("moved");
        string? report = null;
        if (error == StoreError.None && row.TargetState == InboundState.Rejected)
        {
            (error, report) = await WriteReportAsync(store, row).ConfigureAwait(false);
            AfterStep?.Invoke("reported");
        }

        if (error != StoreError.None)
        {
            return Cannot(row, error);
        }

        var done = await DoneAsync(row, report, cancellationToken).ConfigureAwait(false);
        AfterStep?.Invoke("done");
        return done;
    }

    private static async ValueTask<StoreResult<FileAttributes>> LookAsync(IFileStore store, VaultPath path)
    {
        var attributes = await store.GetAttributesAsync(path, followLink: false).ConfigureAwait(false);
        return attributes.Error == StoreError.None && attributes.Value.Kind != FileKind.File ? StoreError.NotARegularFile : attributes;
    }

    private static async ValueTask<StoreResult<long>> IdentifyAsync(IFileStore store, VaultPath path) => Identity(await LookAsync(store, path).ConfigureAwait(false));

    private static StoreResult<long> Identity(StoreResult<FileAttributes> attributes) =>
        attributes.Error == StoreError.None ? unchecked((long)attributes.Value.Identity) : attributes.Error;

    /// <summary>
    /// Moves the file that was claimed or judged and no other: its sender may put a new version under its name at any moment.
    /// </summary>
    /// <returns><see cref="StoreError.NotFound"/> when it is neither here nor there, <see cref="StoreError.Busy"/> when another lies there by now.</returns>
    private async ValueTask<StoreError> MoveAsync(IFileStore store, InboundRow row, CancellationToken cancellationToken)
    {
        if (TryParse(row.File.Path) is not { } source || TryParse(row.Target!) is not { } target)
        {
            return StoreError.NameTooLong;
        }

        var error = await EnsureAsync(store, target.Parent).ConfigureAwait(false);
        if (error != StoreError.None)
        {
            return error;
        }

        var here = await IdentifyAsync(store, source).ConfigureAwait(false);
        if (!here.Succeeded || here.Value != row.Identity)
        {
            var there = await IdentifyAsync(store, target).ConfigureAwait(false);
            if (there.Succeeded && there.Value == row.Identity)
            {
                return StoreError.None;
            }

            if (here.Error == StoreError.NotFound && there.Succeeded && await IsMisplacedAsync(row, cancellationToken).ConfigureAwait(false))
            {
                // Whoever moved it was killed before it could put it back.
                error = await store.RenameAsync(target, source, replace: false).ConfigureAwait(false);
                return error is StoreError.None or StoreError.AlreadyExists ? StoreError.Busy : error;
            }

            return here.Succeeded ? StoreError.Busy : here.Error;
        }

        error = await store.RenameAsync(source, target, replace: false).ConfigureAwait(false);
        var moved = await IdentifyAsync(store, target).ConfigureAwait(false);
        if (moved.Succeeded && moved.Value == row.Identity)
        {
            // Perhaps by another process that finishes the same intent.
            return StoreError.None;
        }

        if (error != StoreError.None)
        {
            return error;
        }

        // A new version took the name between the look and the move: it goes back to where its sender put it.
        AfterStep?.Invoke("misplaced");
        await store.RenameAsync(target, source, replace: false).ConfigureAwait(false);
        return StoreError.Busy;
    }

    /// <summary>
    /// Whether what lies at the target is a new version that was moved instead of the one that was meant: the catalogue has a file at the source, where none is, and
    /// none at the target. What somebody put there by hand before its sender removed the source stays.
    /// </summary>
    private ValueTask<bool> IsMisplacedAsync(InboundRow row, CancellationToken cancellationToken) => database.ReadAsync(
        connection => CatalogueSql.Present(connection, row.AccountId, row.File.Path) is not null && CatalogueSql.Present(connection, row.AccountId, row.Target!) is null, cancellationToken);

    private static async ValueTask<StoreError> EnsureAsync(IFileStore store, VaultPath folder)
    {
        // Vaults of before this version have none; the folder above is the sender's root.
        var made = await store.MakeDirectoryAsync(folder, FolderMode).ConfigureAwait(false);
        return made == StoreError.AlreadyExists ? StoreError.None : made;
    }

    /// <summary>Writes the report beside the file. A rejected file may itself be called as a report is: then this one gets the number of its own.</summary>
    private static async ValueTask<(StoreError Error, string? Path)> WriteReportAsync(IFileStore store, InboundRow row)
    {
        var error = StoreError.None;
        foreach (var name in (IEnumerable<string>)[row.Target!, SenderPlace.Of(row.File.Path).In(row.TargetState!.Value, row.File.Arrived, row.File.Id)])
        {
            var path = name + SenderPlace.ReportSuffix;
            error = TryParse(path) is { } parsed ? await WriteReportAsync(store, parsed, ReportBytes(row)).ConfigureAwait(false) : StoreError.NameTooLong;
            if (error != StoreError.AlreadyExists)
            {
                return (error, path);
            }
        }

        return (error, null);
    }

    /// <summary>Replaces nothing: what is there is the same report, of before a crash, or <see cref="StoreError.AlreadyExists"/>.</summary>
    private static async ValueTask<StoreError> WriteReportAsync(IFileStore store, VaultPath path, byte[] report)
    {
        var opened = await store.OpenAsync(path, OpenModes.Write | OpenModes.Create | OpenModes.Exclusive).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return opened.Error == StoreError.AlreadyExists && await HasAsync(store, path, report).ConfigureAwait(false) ? StoreError.None : opened.Error;
        }

        await using var file = opened.Value;
        var error = await file.WriteAsync(0, new ReadOnlySequence<byte>(report)).ConfigureAwait(false);
        return error == StoreError.None ? await file.CommitAsync().ConfigureAwait(false) : error;
    }

    private static async ValueTask<bool> HasAsync(IFileStore store, VaultPath path, byte[] report)
    {
        var opened = await store.OpenAsync(path, OpenModes.Read).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return false;
        }

        await using var file = opened.Value;
        var there = new byte[report.Length + 1];
        var read = await file.ReadAsync(0, there).ConfigureAwait(false);
        return read.Succeeded && there.AsSpan(0, read.Value).SequenceEqual(report);
    }

    private static byte[] ReportBytes(InboundRow row) => Encoding.UTF8.GetBytes(row.File.Report ?? "");

    private async ValueTask<Result<InboundFile>> DoneAsync(InboundRow row, string? report, CancellationToken cancellationToken) => await database.WriteAsync<InboundFile>(
        transaction =>
        {
            var connection = transaction.Connection;
            var current = InboundSql.Find(connection, row.File.Id)!;
            if (current.Target is null)
            {
                return current.File;
            }

            var now = time.GetUtcNow();
            InboundSql.Done(connection, current, now);
            var rejected = current.TargetState == InboundState.Rejected;
            audit.Append(transaction, new AuditEntry(rejected ? AuditActions.FileRejected : AuditActions.FileProcessed, current.Decider ?? Actor.System)
            {
                Account = row.File.Account,
                Subject = row.File.Path,
                Detail = new JsonObject { ["file"] = row.File.Id, ["to"] = current.Target, ["by"] = current.File.DecidedBy }.ToJsonString(),
            });
            if (rejected && report is not null)
            {
                CatalogueSql.Arrived(connection, row.AccountId, report, ReportBytes(current).Length, null, null, DeliveryProtocol.Report, now);
                EventSql.Raise(connection, InboundEvents.Rejected, row.AccountId, Body(current.File), now);
            }

            return InboundSql.Find(connection, row.File.Id)!.File;
        },
        cancellationToken).ConfigureAwait(false);

    private static JsonObject Body(InboundFile file) => new()
    {
        ["file"] = file.Id,
        ["path"] = SenderPlace.Of(file.Path).Path,
        ["login"] = file.Login,
        ["size"] = file.Size,
        ["arrived"] = file.Arrived.ToString("O"),
        ["by"] = file.DecidedBy,
        ["report"] = file.Report,
    };

    /// <summary>The file is not there to be moved: the intent is withdrawn, and the row says whatever the sender did.</summary>
    private async ValueTask<Result<InboundFile>> UndoAsync(InboundRow row, CancellationToken cancellationToken)
    {
        var undone = await database.WriteAsync<InboundFile>(
            transaction =>
            {
                InboundSql.Undo(transaction.Connection, row.File.Id);
                return row.File;
            },
            cancellationToken).ConfigureAwait(false);
        return undone.Succeeded
            ? Problem.Refused($"{Words.Show(row.File.Path)} of account {row.File.Account} was replaced or removed by its sender meanwhile. List again and take what is there now.")
            : undone.Problem;
    }

    private static VaultPath? TryParse(string path) =>
        VaultPath.TryParse(Encoding.UTF8.GetBytes(path), VaultPath.Root, out var parsed) == VaultPathError.None ? parsed : null;

    private static Problem Cannot(InboundRow row, StoreError error) => Problem.Unusable(
        $"{Words.Show(row.File.Path)} of account {row.File.Account} cannot be moved to {Words.Show(row.Target)} ({error}). Check the disk and the vault; it is tried again.");
}
