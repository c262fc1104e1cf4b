using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Waybill.Sftp.Wire;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp;

/// <summary>
/// One SFTP session from INIT to its end, without the pipe: takes whole messages one after the other and writes the replies in the same order, so that a CLOSE
/// has taken effect when the next request is looked at (WinSCP sends SETSTAT right behind CLOSE).
/// </summary>
internal sealed partial class SftpSession(
    IFileStore store, IAccessRules rules, IFileJournal journal, SftpOptions options, TimeProvider timeProvider, SftpStatistics statistics, SftpOutput output)
{
    /// <summary>Type and id: less is no request, and nothing could answer it.</summary>
    public const int ShortestMessage = 5;

    private const uint Version = 3;

    // Type, id, handle, offset and length of a WRITE: what must be in one piece.
    private const int WriteHead = 1 + 4 + 4 + SftpHandle.Length + 8 + 4;

    private const int LongestOwnerName = 64;

    private readonly SftpRequest _request = new();
    private readonly byte[] _writeHead = new byte[WriteHead];
    private bool _initialised;

    public IFileStore Store { get; } = store;

    public SftpOptions Options { get; } = options;

    public TimeProvider TimeProvider { get; } = timeProvider;

    public SftpStatistics Statistics { get; } = statistics;

    public SftpOutput Output { get; } = output;

    public SftpHandleTable Handles { get; } = new(options.Handles);

    public OwnUploads OwnUploads { get; } = new();

    public IAccessRules Rules { get; } = rules;

    /// <summary>The connection is lost or the session is to end: what takes long stops.</summary>
    public CancellationToken Lost { get; init; }

    /// <summary>The owner that listings show.</summary>
    public byte[] OwnerName { get; } = ShownName(options.OwnerName);

    /// <summary>The group that listings show.</summary>
    public byte[] GroupName { get; } = ShownName(options.GroupName);

    /// <summary>Serves one message.</summary>
    /// <returns>False when the session cannot go on: no INIT came first, or there is no id to answer.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> HandleAsync(ReadOnlySequence<byte> message)
    {
        if (message.Length < ShortestMessage)
        {
            return false;
        }

        byte[]? rented = null;
        try
        {
            var head = Gather(message, ref rented);
            var type = (SftpMessageType)head.Span[0];
            if (type == SftpMessageType.Init)
            {
                return Initialise(head.Span);
            }

            if (!_initialised)
            {
                return false;
            }

            Statistics.CountRequest();
            _request.Message = message;
            _request.Head = head;
            var answer = Prepare(type);
            answer = answer.IsOk ? Permit() : answer;
            if (answer.IsOk)
            {
                answer = await _request.Operation.Handler(this, _request).ConfigureAwait(false);
            }

            answer = answer.Explained(Store);
            if (answer.IsRefusal)
            {
                answer = answer.Advised(Rules);
                await RecordRefusalAsync().ConfigureAwait(false);
            }

            if (answer.Outcome != SftpOutcome.Sent)
            {
                Output.Status(_request.Id, answer);
            }

            return true;
        }
        finally
        {
            _request.Clear();
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>
    /// The session has ended, with or without a goodbye: what was written and not closed is abandoned and recorded as that, what was read is recorded.
    /// </summary>
    public async ValueTask EndAsync()
    {
        foreach (var handle in Handles.Open.ToArray())
        {
            Handles.Remove(handle);
            try
            {
                await RecordDownloadAsync(handle, isCut: true).ConfigureAwait(false);
                if (handle is { File: { } file } && handle.Kinds.HasFlag(SftpHandleKinds.Write))
                {
                    await UploadEnd.AbandonAsync(file, journal, FactsOf(handle)).ConfigureAwait(false);
                }
            }
            finally
            {
                await handle.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Records what was done. What is not recorded is not acknowledged (promise D1 of docs/promises.md).</summary>
    public async ValueTask<SftpAnswer> RecordAsync(FileEvent fileEvent) =>
        await journal.RecordAsync(fileEvent).ConfigureAwait(false) == StoreError.None ? SftpOutcome.Ok : SftpOutcome.NotRecorded;

    /// <summary>Ends an upload that was closed: <see cref="UploadEnd"/>.</summary>
    public async ValueTask<SftpAnswer> CommitAsync(SftpHandle handle) => await UploadEnd.CommitAsync(handle.File!, journal, FactsOf(handle)).ConfigureAwait(false);

    /// <summary>Records that a file was read through a handle; nothing when no byte was.</summary>
    public async ValueTask<SftpAnswer> RecordDownloadAsync(SftpHandle handle, bool isCut = false)
    {
        if (handle.BytesRead == 0 || handle.File is not { } file)
        {
            return SftpOutcome.Ok;
        }

        var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
        return await RecordAsync(new FileEvent(
            FileOperation.Download, handle.Path, Bytes: handle.BytesRead, Size: attributes.Value.Size, Identity: attributes.Value.Identity, ReadFrom: handle.ReadFrom,
            ReadTo: handle.ReadTo, IsCut: isCut)
        { Born = attributes.Value.Born, IsPending = !await file.IsRecordedAsync().ConfigureAwait(false) }).ConfigureAwait(false);
    }

    private static UploadFacts FactsOf(SftpHandle handle) => new(handle.Path, handle.BytesWritten, handle.ExpectedSize);

    // Cut to what ls -l has room for; a blank would move the columns that clients parse.
    private static byte[] ShownName(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name.Replace(' ', '_'));
        return bytes.Length > LongestOwnerName ? bytes[..LongestOwnerName] : bytes;
    }

    // uint32 version, then pairs of string name, string data: what a client announces has no meaning in version 3.
    private bool Initialise(ReadOnlySpan<byte> message)
    {
        var clientVersion = BinaryPrimitives.ReadUInt32BigEndian(message[1..]);
        if (_initialised)
        {
            // INIT has no id; its version stands where an id would.
            Output.Status(clientVersion, SftpOutcome.AlreadyInitialised);
            return true;
        }

        if (clientVersion < Version)
        {
            return false;
        }

        _initialised = true;
        var advertised = SftpOperations.All.Where(row => row.IsAdvertised(Options, Rules.Anywhere)).ToArray();
        var reply = new SftpWriter(Output.GetSpan(9 + advertised.Sum(row => 8 + row.Name.Length + row.Version.Length)));
        reply.Begin(SftpMessageType.Version, Version);
        Span<byte> version = stackalloc byte[1];
        foreach (var row in advertised)
        {
            version[0] = (byte)row.Version[0];
            reply.WriteString(row.NameBytes);
            reply.WriteString(version);
        }

        Output.Commit(reply.End());
        return true;
    }

    // A message in one piece is used where it lies. Of a WRITE in pieces only the fields are gathered, never its data.
    private ReadOnlyMemory<byte> Gather(in ReadOnlySequence<byte> message, ref byte[]? rented)
    {
        if (message.IsSingleSegment)
        {
            return message.First;
        }

        if (message.Length >= WriteHead)
        {
            message.Slice(0, WriteHead).CopyTo(_writeHead);
            if (_writeHead[0] == (byte)SftpMessageType.Write && BinaryPrimitives.ReadUInt32BigEndian(_writeHead.AsSpan(5)) == SftpHandle.Length)
            {
                return _writeHead;
            }
        }

        var length = (int)message.Length;
        rented = ArrayPool<byte>.Shared.Rent(length);
        message.CopyTo(rented);
        return rented.AsMemory(0, length);
    }

    // byte type, uint32 id, [string extension,] then the subject.
    private SftpAnswer Prepare(SftpMessageType type)
    {
        var request = _request;
        var reader = new SftpReader(request.Head.Span);
        reader.ReadByte();
        request.Id = reader.ReadUInt32();
        var operation = type == SftpMessageType.Extended ? SftpOperations.Find(reader.ReadString()) : SftpOperations.Find(type);
        if (!reader.Succeeded)
        {
            return SftpOutcome.Malformed;
        }

        if (operation is null)
        {
            return SftpOutcome.UnknownRequest;
        }

        request.Operation = operation;
        request.Audit = operation.Audit;
        var answer = ReadSubject(ref reader, operation);
        request.Position = reader.Position;
        if (!reader.Succeeded || !(operation.HasFields || reader.EndsHere))
        {
            return SftpOutcome.Malformed;
        }

        return answer;
    }

    private SftpAnswer ReadSubject(ref SftpReader reader, SftpOperation operation)
    {
        switch (operation.Subject)
        {
            case SftpSubject.Path:
                return ReadPath(ref reader, isTarget: false);
            case SftpSubject.TwoPaths:
                var first = ReadPath(ref reader, isTarget: false);
                var second = ReadPath(ref reader, isTarget: true);
                return first.IsOk ? second : first;
            case SftpSubject.TextAndPath:
                var length = reader.ReadString().Length;
                _request.Text = _request.Head.Slice(reader.Position - length, length);
                return ReadPath(ref reader, isTarget: false);
            case SftpSubject.Handle:
                _request.Handle = Handles.Find(reader.ReadString());
                return _request.Handle is not { } handle ? SftpOutcome.UnknownHandle
                    : (handle.Kinds & operation.Handles) == 0 ? SftpOutcome.WrongKindOfHandle
                    : SftpOutcome.Ok;
            default:
                return SftpOutcome.Ok;
        }
    }

    private SftpAnswer ReadPath(ref SftpReader reader, bool isTarget)
    {
        var answer = ParsePath(reader.ReadString(), out var path);
        if (isTarget)
        {
            _request.Target = path;
        }
        else
        {
            _request.Path = path;
        }

        return answer.Outcome == SftpOutcome.ReservedName && !_request.Operation.MakesName ? StoreError.NotFound : answer;
    }

    /// <summary>The one place where a client's text becomes a path.</summary>
    public SftpAnswer ParsePath(ReadOnlySpan<byte> text, out VaultPath? path) => ParsePath(text, Options.StartDirectory, out path);

    /// <summary>As <see cref="ParsePath(ReadOnlySpan{byte}, out VaultPath?)"/>, for SCP, too.</summary>
    public static SftpAnswer ParsePath(ReadOnlySpan<byte> text, VaultPath workingDirectory, out VaultPath? path) =>
        VaultPath.TryParse(text, workingDirectory, out path) switch
        {
            VaultPathError.None => SftpOutcome.Ok,
            VaultPathError.HoldsNul => SftpOutcome.HoldsNul,
            VaultPathError.NotUtf8 => SftpOutcome.NotUtf8,
            VaultPathError.ReservedName => SftpOutcome.ReservedName,
            _ => StoreError.NameTooLong,
        };
}
