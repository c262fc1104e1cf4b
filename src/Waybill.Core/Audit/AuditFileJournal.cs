using System.Globalization;
using System.Text;
using System.Text.Json;
using Waybill.Storage;

namespace Waybill.Core.Audit;

/// <summary>Records a session's file operations in the audit log, with paths as the provider sees them in the vault.</summary>
/// <param name="log">The log.</param>
/// <param name="actor">The login, its address and connection.</param>
/// <param name="account">The account's number.</param>
/// <param name="rootInVault">Where the login's root lies in the vault: empty, or <c>/vendors/name</c>.</param>
public sealed class AuditFileJournal(AuditLog log, Actor actor, string? account, string rootInVault) : IFileJournal
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

        var entry = new AuditEntry(AuditActions.For(fileEvent.Operation), actor)
        {
            Account = account,
            Subject = InVault(fileEvent.Path),
            Outcome = fileEvent.Outcome switch
            {
                StoreError.None => AuditOutcome.Done,
                StoreError.PermissionDenied => AuditOutcome.Refused,
                _ => AuditOutcome.Failed,
            },
            Detail = Describe(fileEvent),
        };
        var outcome = fileEvent is { Operation: FileOperation.Download, Outcome: StoreError.None }
            ? await log.AppendLaterAsync(entry, () => _lostOne = true).ConfigureAwait(false)
            : await log.AppendAsync(entry).ConfigureAwait(false);
        return outcome.Succeeded ? StoreError.None : StoreError.InputOutput;
    }

    private string InVault(VaultPath path) => path.IsRoot && rootInVault.Length > 0 ? rootInVault : rootInVault + path;

    private string? Describe(in FileEvent fileEvent)
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
        }

        if (fileEvent.Target is { } target)
        {
            Add("to", $"\"{JsonEncodedText.Encode(InVault(target))}\"");
        }

        if (fileEvent.Outcome != StoreError.None)
        {
            Add("error", $"\"{fileEvent.Outcome}\"");
        }

        return detail.Length == 0 ? null : detail.Append('}').ToString();
    }
}
