using System.Globalization;
using System.Text;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Export;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Retention;

/// <summary>One download by the link of a notice.</summary>
internal sealed class RetentionZip(
    RetentionLinks links, IFileStore store, AuditLog audit, Actor actor, RetentionNotice notice, ZipStreamWriter zip, TimeProvider time)
{
    private const string TextName = "NOT INCLUDED.txt";

    private readonly FileJournal _journal = new(audit, actor, DeliveryProtocol.Portal, new VaultView(notice.Account, ""), time);
    private readonly Queue<(long End, FileEvent Event)> _unsettled = [];
    private readonly StringBuilder _text = new();
    private long _content;

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    public long LeftOut { get; private set; }

    public bool IsWhole { get; private set; }

    public async ValueTask<RetentionDownload> WriteAsync(CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var page = await links.ListAsync(notice, after, RetentionLimits.Page, cancellationToken).ConfigureAwait(false);
            foreach (var file in page)
            {
                await AddAsync(file, cancellationToken).ConfigureAwait(false);
                await SettleAsync(zip.Written - links.SettledBehind).ConfigureAwait(false);
            }

            if (page.Count < RetentionLimits.Page)
            {
                break;
            }

            after += page.Count;
        }

        if (notice.IsCut)
        {
            LeaveOut($"More files go than one link can hold ({RetentionLimits.LinkFiles}): fetch the others by SFTP.");
        }

        if (_text.Length > 0)
        {
            var text = Encoding.UTF8.GetBytes(_text.ToString());
            await zip.AddAsync(
                $"{notice.Account}/{TextName}", time.GetUtcNow().UtcDateTime, text.Length,
                (offset, buffer) =>
                {
                    var rest = text.AsSpan((int)offset);
                    rest = rest[..Math.Min(rest.Length, buffer.Length)];
                    rest.CopyTo(buffer.Span);
                    return new(rest.Length);
                },
                cancellationToken).ConfigureAwait(false);
        }

        await zip.FinishAsync(cancellationToken).ConfigureAwait(false);
        await SettleAsync(long.MaxValue).ConfigureAwait(false);
        IsWhole = true;
        return new RetentionDownload(Files, Bytes, LeftOut);
    }

    private async ValueTask AddAsync(NoticedFile file, CancellationToken cancellationToken)
    {
        if (file.State != NoticedState.Goes)
        {
            LeaveOut(file, file.State == NoticedState.Gone ? "is not there any more" : "is kept for longer; fetch it by SFTP when you want it");
            return;
        }

        var name = NameOf(file);
        if (_content + file.Size > links.MaximumBytes || !zip.HasRoom(name))
        {
            LeaveOut(file, "does not fit into this file any more; fetch it by SFTP");
            return;
        }

        if (VaultPath.TryParse(Encoding.UTF8.GetBytes(file.Path), VaultPath.Root, out var path) != VaultPathError.None)
        {
            LeaveOut(file, "has a name that cannot be opened");
            return;
        }

        // A link that somebody planted under the name is not the file that was told of.
        var there = await store.GetAttributesAsync(path!, followLink: false).ConfigureAwait(false);
        if (!there.Succeeded || there.Value.Kind != FileKind.File)
        {
            LeaveOut(file, there.Error is StoreError.None or StoreError.NotFound ? "is not there any more" : "could not be read");
            return;
        }

        var opened = await store.OpenAsync(path!, OpenModes.Read).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            LeaveOut(file, opened.Error == StoreError.NotFound ? "is not there any more" : "could not be read");
            return;
        }

        await using var content = opened.Value;
        var attributes = await content.GetAttributesAsync().ConfigureAwait(false);
        if (!attributes.Succeeded)
        {
            LeaveOut(file, "could not be read");
            return;
        }

        var modified = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(attributes.Value.ModificationTime, 0, 4_000_000_000)).UtcDateTime;
        var sent = await zip.AddAsync(
            name, modified, attributes.Value.Size,
            async (offset, buffer) =>
            {
                var read = await content.ReadAsync(offset, buffer).ConfigureAwait(false);
                return read.Succeeded ? read.Value : throw new IOException($"A file of account {notice.Account} could not be read to its end ({read.Error}).");
            },
            cancellationToken).ConfigureAwait(false);
        _content += sent;
        _unsettled.Enqueue((zip.Written, new FileEvent(
            FileOperation.Download, path!, Bytes: sent, Size: attributes.Value.Size, Identity: attributes.Value.Identity, ReadTo: sent)
        {
            Born = attributes.Value.Born,
            IsPending = !await content.IsRecordedAsync().ConfigureAwait(false),
        }));
    }

    /// <summary>Records the files that end before a place of the zip.</summary>
    private async ValueTask SettleAsync(long before)
    {
        while (_unsettled.TryPeek(out var first) && first.End <= before)
        {
            _unsettled.Dequeue();
            if (await _journal.RecordAsync(first.Event).ConfigureAwait(false) != StoreError.None)
            {
                throw new IOException("A download could not be recorded.");
            }

            Files++;
            Bytes += first.Event.Bytes;
        }
    }

    /// <summary>
    /// Below a folder of the account's own, with names that no unpacker takes for a place elsewhere: Windows reads a backslash as a slash. A name that was changed
    /// gets the file's number, so that it is no other file's.
    /// </summary>
    private string NameOf(NoticedFile file)
    {
        var clean = string.Create(file.Path.Length, file.Path, static (to, path) =>
        {
            for (var i = 0; i < path.Length; i++)
            {
                to[i] = path[i] is '\\' or ':' or '<' or '>' or '"' or '|' or '?' or '*' || char.IsControl(path[i]) ? '_' : path[i];
            }
        });
        return clean == file.Path
            ? notice.Account + clean
            : string.Create(CultureInfo.InvariantCulture, $"{notice.Account}{Path.ChangeExtension(clean, null)} ({file.Id}){Path.GetExtension(clean)}");
    }

    private void LeaveOut(NoticedFile file, string why) => LeaveOut($"{file.Shown}: {why}");

    private void LeaveOut(string line)
    {
        LeftOut++;
        if (_text.Length + line.Length < RetentionLimits.LinkText)
        {
            _text.Append(line).Append("\r\n");
        }
    }
}
