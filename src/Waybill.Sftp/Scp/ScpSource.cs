using System.Globalization;
using System.Text;
using Waybill.Storage;
using Waybill.Storage.Access;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Sftp.Scp;

/// <summary>
/// <c>scp -f</c>: sends files and directories. It sends names of what was asked for and nothing else (CVE-2019-6111 is a server that did otherwise). Directories
/// are a stack and not a recursion, and each is read in batches, so that a tree of any size takes the same memory.
/// </summary>
internal sealed class ScpSource(ScpFiles files, ScpChannel channel, ScpArguments arguments) : IAsyncDisposable
{
    private readonly Stack<Walk> _walks = new();

    /// <summary>Serves the session; what went wrong stands in the channel.</summary>
    public async ValueTask RunAsync()
    {
        // The client says that it is ready.
        if (await TakeAnswerAsync().ConfigureAwait(false) != ScpReading.Good)
        {
            return;
        }

        foreach (var operand in arguments.Operands)
        {
            if (!await SendAsync(operand).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_walks.TryPop(out var walk))
        {
            await walk.Listing.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> SendAsync(ScpOperand operand)
    {
        if (operand.Pattern is { } pattern && files.Parse(operand.Directory, out var directory).IsOk)
        {
            var (answer, listing) = await files.ListAsync(directory!).ConfigureAwait(false);
            if (answer.IsOk)
            {
                var walk = new Walk(directory!, listing!, files.Options.Entries) { Pattern = pattern };
                _walks.Push(walk);
                if (!await WalkAsync().ConfigureAwait(false))
                {
                    return false;
                }

                if (walk.Matched)
                {
                    return true;
                }
            }
        }

        // As a shell does, a pattern that nothing matches is taken for a name.
        var parsed = files.Parse(operand.Text, out var path);
        if (!parsed.IsOk)
        {
            return await channel.WarnAsync(operand.Text, parsed).ConfigureAwait(false);
        }

        return await SendAsync(path!, operand.Text.ToArray(), followDirectory: true).ConfigureAwait(false) && await WalkAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> WalkAsync()
    {
        while (_walks.TryPeek(out var walk))
        {
            if (walk.Next == walk.Count)
            {
                var filled = await walk.Listing.ReadAsync(walk.Entries).ConfigureAwait(false);
                (walk.Next, walk.Count) = (0, filled.Value);
                if (filled.Error != StoreError.None && !await channel.WarnAsync(walk.Directory.Bytes, filled.Error).ConfigureAwait(false))
                {
                    return false;
                }

                if (walk.Count > 0)
                {
                    continue;
                }

                await _walks.Pop().Listing.DisposeAsync().ConfigureAwait(false);
                if (walk.Pattern is null && !await LeaveDirectoryAsync().ConfigureAwait(false))
                {
                    return false;
                }

                continue;
            }

            if (!await SendEntryAsync(walk, walk.Entries[walk.Next++]).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private ValueTask<bool> SendEntryAsync(Walk walk, DirectoryEntry entry)
    {
        var name = entry.Name.Span;
        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || walk.Pattern?.Matches(name) == false)
        {
            return new(true);
        }

        var answer = SftpSession.ParsePath(name, walk.Directory, out var path);
        if (answer.IsOk && files.RightsAt(path!) == FileRights.None)
        {
            // As in a listing: the parent of an allowed folder does not tell of its other children.
            return new(true);
        }

        walk.Matched = true;
        return answer.IsOk ? SendAsync(path!, name.ToArray(), followDirectory: entry.Attributes.Kind == FileKind.Directory) : channel.WarnAsync(name, answer);
    }

    private async ValueTask<bool> SendAsync(VaultPath path, byte[] shown, bool followDirectory)
    {
        if (channel.Stopping)
        {
            return await channel.EndAsync("the server is stopping; fetch the rest in a moment").ConfigureAwait(false);
        }

        // Without either right nothing tells what is there from what is not.
        var rights = files.RightsAt(path);
        if ((rights & FileRights.ReadOnly) == FileRights.None)
        {
            var refusal = await files.RequireAsync(path, FileRights.Read, FileOperation.Download).ConfigureAwait(false);
            return await channel.WarnAsync(shown, refusal).ConfigureAwait(false);
        }

        var there = await files.LookAsync(path).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return await channel.WarnAsync(shown, there.Error).ConfigureAwait(false);
        }

        if (path.Name.Contains((byte)'\n'))
        {
            return await channel.WarnAsync(shown, "skipped, since SCP cannot send a name with a line break; SFTP can"u8).ConfigureAwait(false);
        }

        return there.Value.Kind switch
        {
            FileKind.File => await SendFileAsync(path, shown).ConfigureAwait(false),
            FileKind.Directory when !arguments.Recursive => await channel.WarnAsync(shown, "not a regular file (a directory needs -r)"u8).ConfigureAwait(false),

            // Two links to their own parent would make a tree without an end.
            FileKind.Directory when !followDirectory => await channel.WarnAsync(shown, "skipped, since it is a link to a directory"u8).ConfigureAwait(false),
            FileKind.Directory => await EnterDirectoryAsync(path, shown, there.Value).ConfigureAwait(false),
            _ => await channel.WarnAsync(shown, "not a regular file"u8).ConfigureAwait(false),
        };
    }

    private async ValueTask<bool> SendFileAsync(VaultPath path, byte[] shown)
    {
        var (answer, file) = await files.OpenAsync(path, OpenModes.Read).ConfigureAwait(false);
        if (file is null)
        {
            return await channel.WarnAsync(shown, answer).ConfigureAwait(false);
        }

        await using (file.ConfigureAwait(false))
        {
            var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
            if (!attributes.Succeeded)
            {
                return await channel.WarnAsync(shown, attributes.Error).ConfigureAwait(false);
            }

            var announced = await AnnounceAsync('C', path, attributes.Value, attributes.Value.Size).ConfigureAwait(false);
            return announced == ScpReading.Good
                ? await SendContentAsync(file, path, shown, attributes.Value).ConfigureAwait(false)
                : announced == ScpReading.Warning;
        }
    }

    // As many bytes as were announced, whatever becomes of the file meanwhile: a client counts them, and what follows is the status byte.
    private async ValueTask<bool> SendContentAsync(IOpenFile file, VaultPath path, byte[] shown, FileAttributes attributes)
    {
        var size = attributes.Size;
        var (sent, read, isShort) = (0L, 0L, false);
        var flushed = true;
        while (sent < size && flushed)
        {
            var length = (int)Math.Min(files.Options.Transfer, size - sent);
            var piece = channel.Output.GetMemory(length)[..length];
            var got = isShort ? 0 : (await file.ReadAsync(sent, piece).ConfigureAwait(false)).Value;
            isShort |= got < length;
            piece[got..].Span.Clear();
            channel.Output.Advance(length);
            (sent, read) = (sent + length, read + got);
            flushed = await channel.FlushAsync().ConfigureAwait(false);
        }

        var recorded = AccessAnswer.Ok;
        if (read > 0)
        {
            recorded = await files.RecordAsync(
                new FileEvent(FileOperation.Download, path, Bytes: read, Size: size, Identity: attributes.Identity, ReadTo: read, IsCut: !flushed || isShort)
                {
                    Born = attributes.Born,
                    IsPending = !await file.IsRecordedAsync().ConfigureAwait(false),
                }).ConfigureAwait(false);
        }

        if (!flushed)
        {
            return false;
        }

        flushed = isShort ? await channel.WarnAsync(shown, "became shorter while it was sent, the rest is zeros; fetch it again"u8).ConfigureAwait(false)
            : recorded.IsOk ? await channel.AcceptAsync().ConfigureAwait(false)
            : await channel.WarnAsync(shown, recorded).ConfigureAwait(false);
        return flushed && await TakeAnswerAsync().ConfigureAwait(false) is ScpReading.Good or ScpReading.Warning;
    }

    private async ValueTask<bool> EnterDirectoryAsync(VaultPath path, byte[] shown, FileAttributes attributes)
    {
        if (path.IsRoot)
        {
            return await channel.WarnAsync(shown, "the root has no name to be sent by; ask for /* instead"u8).ConfigureAwait(false);
        }

        if (_walks.Count(walk => walk.Pattern is null) == files.Options.Depth)
        {
            return await channel.WarnAsync(shown, "skipped, too many directories inside one another; fetch it by itself"u8).ConfigureAwait(false);
        }

        var (answer, listing) = await files.ListAsync(path).ConfigureAwait(false);
        if (listing is null)
        {
            return await channel.WarnAsync(shown, answer).ConfigureAwait(false);
        }

        _walks.Push(new Walk(path, listing, files.Options.Entries));
        var announced = await AnnounceAsync('D', path, attributes, 0).ConfigureAwait(false);
        if (announced == ScpReading.Warning)
        {
            // The client cannot take it: on with the next, without an E.
            await _walks.Pop().Listing.DisposeAsync().ConfigureAwait(false);
        }

        return announced is ScpReading.Good or ScpReading.Warning;
    }

    private async ValueTask<bool> LeaveDirectoryAsync()
    {
        channel.Write("E\n"u8);
        return await AskAsync().ConfigureAwait(false) is ScpReading.Good or ScpReading.Warning;
    }

    // With -p the times first, in a record of their own that is answered, too.
    private async ValueTask<ScpReading> AnnounceAsync(char letter, VaultPath path, FileAttributes attributes, long size)
    {
        if (arguments.Preserve)
        {
            channel.Write(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"T{Math.Max(0, attributes.ModificationTime)} 0 {Math.Max(0, attributes.AccessTime)} 0\n")));
            var answer = await AskAsync().ConfigureAwait(false);
            if (answer != ScpReading.Good)
            {
                return answer;
            }
        }

        var mode = Convert.ToString(attributes.Permissions, 8).PadLeft(4, '0');
        channel.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{letter}{mode} {size} ")));
        channel.Write(path.Name);
        channel.Write("\n"u8);
        return await AskAsync().ConfigureAwait(false);
    }

    private async ValueTask<ScpReading> AskAsync() =>
        await channel.FlushAsync().ConfigureAwait(false) ? await TakeAnswerAsync().ConfigureAwait(false) : ScpReading.Ended;

    private async ValueTask<ScpReading> TakeAnswerAsync()
    {
        var answer = await channel.ReadAnswerAsync().ConfigureAwait(false);
        if (answer == ScpReading.Broken)
        {
            await channel.EndAsync("protocol error: expected an answer").ConfigureAwait(false);
        }
        else if (answer == ScpReading.Ended)
        {
            channel.End();
        }

        return answer;
    }

    /// <summary>A directory that is being sent, or the one whose entries a pattern chooses from.</summary>
    private sealed class Walk(VaultPath directory, IDirectoryListing listing, int entries)
    {
        public VaultPath Directory => directory;

        public IDirectoryListing Listing => listing;

        public DirectoryEntry[] Entries { get; } = new DirectoryEntry[entries];

        public NamePattern? Pattern { get; init; }

        public bool Matched { get; set; }

        public int Next { get; set; }

        public int Count { get; set; }
    }
}
