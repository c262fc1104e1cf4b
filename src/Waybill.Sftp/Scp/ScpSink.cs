using Waybill.Sftp.Wire;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp.Scp;

/// <summary>
/// <c>scp -t</c>: takes files and directories. A file's last answer, the zero byte, is sent after its commit and its audit row (promise D1); a file that does not
/// come whole is never published (promise D6). Directories are a list and not a recursion: their depth is the client's.
/// </summary>
internal sealed class ScpSink(ScpFiles files, ScpChannel channel, ScpArguments arguments)
{
    private const int OwnersPermissions = 0x1C0;
    private const int AllPermissions = 0x1FF;

    private readonly List<OpenDirectory> _directories = [];
    private VaultPath _target = VaultPath.Root;
    private bool _targetIsDirectory;
    private SftpAttributes? _times;

    /// <summary>Serves the session; what went wrong stands in the channel.</summary>
    public async ValueTask RunAsync()
    {
        if (!await OpenTargetAsync().ConfigureAwait(false) || !await channel.AcceptAsync().ConfigureAwait(false))
        {
            return;
        }

        while (await TakeRecordAsync().ConfigureAwait(false))
        {
        }
    }

    // A path that ends in a slash means a directory as much as -d does: else a typing error becomes a file.
    private async ValueTask<bool> OpenTargetAsync()
    {
        var operand = arguments.Operands[0];
        var answer = files.Parse(operand.Text, out var path);
        if (!answer.IsOk)
        {
            await channel.WarnAsync(operand.Text, answer).ConfigureAwait(false);
            return false;
        }

        _target = path!;
        var there = await files.LookAsync(_target).ConfigureAwait(false);
        _targetIsDirectory = there is { Succeeded: true, Value.Kind: FileKind.Directory };
        if (!_targetIsDirectory && (arguments.NeedsDirectory || operand.EndsInSlash))
        {
            await channel.WarnAsync(operand.Text, there.Succeeded ? StoreError.NotADirectory : there.Error).ConfigureAwait(false);
            return false;
        }

        return true;
    }

    private async ValueTask<bool> TakeRecordAsync()
    {
        if (channel.Stopping)
        {
            return await channel.EndAsync("the server is stopping; send the rest again in a moment").ConfigureAwait(false);
        }

        switch (await channel.ReadRecordAsync().ConfigureAwait(false))
        {
            case ScpReading.Ended:
                // Between two files at the top this is how a client says that it is done.
                return (_directories.Count > 0 || _times is not null) && channel.End();
            case ScpReading.Warning:
                _times = null;
                return true;
            case ScpReading.GaveUp:
                return false;
            case ScpReading.Broken:
                return await ProtocolErrorAsync("a control record is cut off or too long").ConfigureAwait(false);
            default:
                return await ObeyAsync().ConfigureAwait(false);
        }
    }

    private ValueTask<bool> ObeyAsync()
    {
        switch (channel.Record)
        {
            case [(byte)'T', ..] when _times is null:
                return TakeTimesAsync();
            case [(byte)'C', ..]:
                return TakeFileAsync();
            case [(byte)'D', ..]:
                return TakeDirectoryAsync();
            case [(byte)'E'] when _times is null:
                return LeaveDirectoryAsync();
            default:
                return ProtocolErrorAsync("expected control record");
        }
    }

    private ValueTask<bool> TakeTimesAsync()
    {
        if (!ScpRecord.TryReadTimes(channel.Record, out var times))
        {
            return ProtocolErrorAsync("times are malformed");
        }

        _times = times;
        return channel.AcceptAsync();
    }

    private async ValueTask<bool> TakeFileAsync()
    {
        if (!ScpRecord.TryRead(channel.Record, out var record) || !IsName(record.Name))
        {
            return await ProtocolErrorAsync("unexpected file name, mode or size").ConfigureAwait(false);
        }

        var answer = Locate(record, out var path);
        answer = answer.IsOk ? await files.FitsAsync(path!, record.Size).ConfigureAwait(false) : answer;

        IOpenFile? file = null;
        if (answer.IsOk)
        {
            (answer, file) = await files.OpenAsync(
                path!, OpenModes.Write | OpenModes.Create | OpenModes.Truncate, Permissions(record), record.Size).ConfigureAwait(false);
        }

        if (file is null)
        {
            return await RejectAsync(record, files.Explained(answer)).ConfigureAwait(false);
        }

        await using (file.ConfigureAwait(false))
        {
            return await channel.AcceptAsync().ConfigureAwait(false)
                ? await ReceiveAsync(file, path!, record).ConfigureAwait(false)
                : await GiveUpAsync(file, path!, record, 0).ConfigureAwait(false);
        }
    }

    // The data, the client's word that it was all right, then the commit. A write that fails does not end the reading: the client sends all of it before it
    // listens, and what it sends must never be taken for records.
    private async ValueTask<bool> ReceiveAsync(IOpenFile file, VaultPath path, ScpRecord record)
    {
        var (written, error) = (0L, StoreError.None);
        while (written < record.Size)
        {
            // The end of the session, or that of the input before that of the file.
            if (await channel.ReadAsync().ConfigureAwait(false) is not { Buffer.IsEmpty: false } read)
            {
                channel.End();
                return await GiveUpAsync(file, path, record, written).ConfigureAwait(false);
            }

            var data = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, record.Size - written));
            error = error == StoreError.None ? await file.WriteAsync(written, data).ConfigureAwait(false) : error;
            written += data.Length;
            channel.Input.AdvanceTo(data.End);
        }

        var answer = await channel.ReadAnswerAsync().ConfigureAwait(false);
        if (answer == ScpReading.Good)
        {
            return await FinishAsync(file, path, record, error).ConfigureAwait(false);
        }

        await GiveUpAsync(file, path, record, written).ConfigureAwait(false);
        switch (answer)
        {
            case ScpReading.Warning:
                // It could not read its own file to the end and has filled up with zeros: a torn file, which nobody is to find here.
                _times = null;
                return await channel.WarnAsync(record.Name, "nothing was stored, since the sender could not read the file to its end"u8).ConfigureAwait(false);
            case ScpReading.Broken:
                return await ProtocolErrorAsync("no status byte behind a file").ConfigureAwait(false);
            default:
                return channel.End();
        }
    }

    // SCP begins each file anew: of one that does not come whole nothing is worth keeping. It is recorded as one of SFTP that is never closed.
    private async ValueTask<bool> GiveUpAsync(IOpenFile file, VaultPath path, ScpRecord record, long written)
    {
        await files.AbandonAsync(file, new UploadFacts(path, written, record.Size), keeps: false).ConfigureAwait(false);
        return false;
    }

    private async ValueTask<bool> FinishAsync(IOpenFile file, VaultPath path, ScpRecord record, StoreError error)
    {
        SftpAnswer attributes = SftpOutcome.Ok;
        if (error == StoreError.None)
        {
            attributes = SftpAttributePolicy.Decide(Wanted(record.Mode, _times), files.RightsAt(path), own: true, mayResize: false, out var changes);
            attributes = attributes.IsOk && !changes.IsEmpty ? await file.SetAttributesAsync(changes).ConfigureAwait(false) : attributes;
        }

        _times = null;
        SftpAnswer answer = await files.CommitAsync(file, new UploadFacts(path, record.Size, record.Size)).ConfigureAwait(false);
        answer = files.Explained(answer.IsOk ? attributes : answer);
        return answer.IsOk ? await channel.AcceptAsync().ConfigureAwait(false) : await channel.WarnAsync(record.Name, answer).ConfigureAwait(false);
    }

    private async ValueTask<bool> TakeDirectoryAsync()
    {
        if (!ScpRecord.TryRead(channel.Record, out var record) || !IsName(record.Name))
        {
            return await ProtocolErrorAsync("unexpected directory name or mode").ConfigureAwait(false);
        }

        if (!arguments.Recursive)
        {
            return await ProtocolErrorAsync("received directory without -r").ConfigureAwait(false);
        }

        if (_directories.Count == files.Options.Depth)
        {
            return await ProtocolErrorAsync($"more than {files.Options.Depth} directories inside one another").ConfigureAwait(false);
        }

        var answer = Locate(record, out var path);
        var isNew = false;
        if (answer.IsOk)
        {
            var there = await files.LookAsync(path!).ConfigureAwait(false);
            isNew = there is not { Succeeded: true, Value.Kind: FileKind.Directory };
            answer = isNew ? await files.MakeDirectoryAsync(path!, Permissions(record) | OwnersPermissions).ConfigureAwait(false) : answer;
            answer = answer.Error == StoreError.AlreadyExists ? StoreError.NotADirectory : answer;
        }

        if (!answer.IsOk)
        {
            return await RejectAsync(record, answer).ConfigureAwait(false);
        }

        _directories.Add(new OpenDirectory(path!, isNew, record.Mode, _times));
        _times = null;
        return await channel.AcceptAsync().ConfigureAwait(false);
    }

    // Times and permissions of a directory are set when all is in it: before, each new file would change its time, and a read-only one could take none.
    private async ValueTask<bool> LeaveDirectoryAsync()
    {
        if (_directories is not [.., var directory])
        {
            return await ProtocolErrorAsync("the end of a directory that was not begun").ConfigureAwait(false);
        }

        _directories.RemoveAt(_directories.Count - 1);

        // A folder of the layout that was there before keeps what it has: a tree laid over it is a good upload all the same.
        var rights = files.RightsAt(directory.Path);
        SftpAnswer answer = SftpOutcome.Ok;
        if (directory.IsNew || rights.HasFlag(FileRights.SetAttributes))
        {
            answer = SftpAttributePolicy.Decide(Wanted(directory.Mode, directory.Times), rights, directory.IsNew, mayResize: false, out var changes);
            answer = answer.IsOk && !changes.IsEmpty ? await files.SetAttributesAsync(directory.Path, changes).ConfigureAwait(false) : answer;
        }

        return answer.IsOk ? await channel.AcceptAsync().ConfigureAwait(false) : await channel.WarnAsync(directory.Path.Name, answer).ConfigureAwait(false);
    }

    private SftpAnswer Locate(ScpRecord record, out VaultPath? path)
    {
        if (_directories is [.., var directory])
        {
            return SftpSession.ParsePath(record.Name, directory.Path, out path);
        }

        path = _target;
        return _targetIsDirectory ? SftpSession.ParsePath(record.Name, _target, out path) : SftpOutcome.Ok;
    }

    private int Permissions(ScpRecord record) => record.Mode & AllPermissions & (arguments.Preserve ? AllPermissions : ~files.Options.WithheldPermissions);

    // Owner and set-id bits are not taken: SftpAttributePolicy masks them.
    private SftpAttributes Wanted(int mode, SftpAttributes? times) =>
        (times ?? default) with { Permissions = arguments.Preserve ? (uint)mode : null };

    // The names by which one directory was left for another (CVE-2018-20685 and its kin): no honest client sends them.
    private static bool IsName(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8) && !name.ContainsAny((byte)'/', (byte)0);

    // The client is to skip this one. If it has sent on without waiting, what lies there is the content, and must not be read as records.
    private ValueTask<bool> RejectAsync(ScpRecord record, SftpAnswer answer)
    {
        _times = null;
        return channel.SentAhead
            ? ProtocolErrorAsync("a file was refused, and its content came without waiting for the answer")
            : channel.WarnAsync(record.Name, answer);
    }

    private ValueTask<bool> ProtocolErrorAsync(string words) => channel.EndAsync("protocol error: " + words);

    private readonly record struct OpenDirectory(VaultPath Path, bool IsNew, int Mode, SftpAttributes? Times);
}
