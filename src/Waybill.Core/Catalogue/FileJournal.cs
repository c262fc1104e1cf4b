using System.Globalization;
using System.Text;
using System.Text.Json;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Catalogue;

/// <summary>
/// Records a session's file operations: a row of the audit log each, and in the same transaction what it means for the catalogue. Paths are those that the
/// provider sees in the vault.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="actor">The login, its address and connection.</param>
/// <param name="protocol">One of <see cref="DeliveryProtocol"/>.</param>
/// <param name="view">How the login's paths lie in the vaults.</param>
/// <param name="time">The clock: when a file arrived is the server's to say.</param>
/// <param name="feeds">For a login whose uploads belong to feeds: which they are.</param>
/// <param name="deliverer">Whose files uploads are, where that is another than the actor: a vendor's contact delivers for its login.</param>
public sealed class FileJournal(AuditLog log, Actor actor, string protocol, ILoginView view, TimeProvider time, FeedTypes? feeds = null, string? deliverer = null)
    : IFileJournal
{
    private volatile bool _lostOne;

    /// <inheritdoc/>
    public async ValueTask<StoreError> RecordAsync(FileEvent fileEvent)
    {
        if (_lostOne)
        {
            // A download of this session was answered and could not be recorded: from then on nothing more is acknowledged to it.
            return StoreError.InputOutput;
        }

        VaultPlace? place, target;
        try
        {
            place = await view.LocateAsync(fileEvent.Path).ConfigureAwait(false);
            target = fileEvent.Target is null || fileEvent.Operation == FileOperation.Archive ? null : await view.LocateAsync(fileEvent.Target).ConfigureAwait(false);
        }
        catch (DatabaseException)
        {
            return StoreError.InputOutput;
        }

        var entry = new AuditEntry(AuditActions.For(fileEvent.Operation), actor)
        {
            Account = place?.Account,
            Subject = place?.Path ?? fileEvent.Path.ToString(),
            Outcome = fileEvent.Outcome switch
            {
                StoreError.None => AuditOutcome.Done,
                StoreError.PermissionDenied => AuditOutcome.Refused,
                _ => AuditOutcome.Failed,
            },
            Detail = Describe(fileEvent, target?.Path ?? fileEvent.Target?.ToString()),
            Effect = fileEvent.Outcome == StoreError.None && place is not null ? new CatalogueChange(fileEvent, place, target, actor, deliverer ?? actor.Name, protocol, feeds, time.GetUtcNow()) : null,
        };
        var outcome = fileEvent is { Operation: FileOperation.Download, Outcome: StoreError.None }
            ? await log.AppendLaterAsync(entry, () => _lostOne = true).ConfigureAwait(false)
            : await log.AppendAsync(entry).ConfigureAwait(false);
        return outcome.Succeeded ? StoreError.None : StoreError.InputOutput;
    }

    private static string? Describe(in FileEvent fileEvent, string? target)
    {
        var detail = new StringBuilder();

        void Add(string name, string value) =>
            detail.Append(detail.Length == 0 ? '{' : ',').Append('"').Append(name).Append("\":").Append(value);

        if (fileEvent.Operation is FileOperation.Upload or FileOperation.Download)
        {
            Add("bytes", fileEvent.Bytes.ToString(CultureInfo.InvariantCulture));
            Add("size", fileEvent.Size.ToString(CultureInfo.InvariantCulture));
        }

        if (fileEvent.Changes.Size is { } newSize)
        {
            Add("size", newSize.ToString(CultureInfo.InvariantCulture));
        }

        if (fileEvent.Changes.Permissions is { } permissions)
        {
            Add("mode", $"\"{Convert.ToString(permissions, 8).PadLeft(4, '0')}\"");
        }

        if (fileEvent.Changes.ModificationTime is { } modified)
        {
            Add("modified", modified.ToString(CultureInfo.InvariantCulture));
        }

        if (fileEvent.ExpectedSize is { } expected)
        {
            Add("expectedSize", expected.ToString(CultureInfo.InvariantCulture));
            if (fileEvent is { Operation: FileOperation.Upload, Outcome: StoreError.None } && fileEvent.Size < expected)
            {
                Add("incomplete", "true");
            }
        }

        if (fileEvent.IsUnclean)
        {
            Add("unclean", "true");
        }

        if (fileEvent.ResumedAt > 0)
        {
            Add("resumed", fileEvent.ResumedAt.ToString(CultureInfo.InvariantCulture));
        }

        if (fileEvent.Kept > 0)
        {
            Add("kept", fileEvent.Kept.ToString(CultureInfo.InvariantCulture));
        }

        if (target is not null)
        {
            Add("to", $"\"{JsonEncodedText.Encode(target)}\"");
        }

        if (fileEvent.Outcome != StoreError.None)
        {
            Add("error", $"\"{fileEvent.Outcome}\"");
        }

        return detail.Length == 0 ? null : detail.Append('}').ToString();
    }
}
