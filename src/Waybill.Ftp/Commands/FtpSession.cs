using System.Net;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Listings;
using Waybill.Ftp.Tls;
using Waybill.Ftp.Transfers;
using Waybill.Net.Logging;
using Waybill.Storage;
using Waybill.Storage.Access;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Ftp.Commands;

/// <summary>All that commands know and change: one object for each control connection, used by its loop alone; of transfers only the counters and the log.</summary>
internal sealed class FtpSession(FtpServer server, FtpConnectionInfo info, CancellationToken ended) : IAsyncDisposable
{
    private readonly DataPortReports _dataPortReports = new(server.Limits, server.Time);
    private DataPort? _dataPort;
    private DataConnection? _lingering;
    private Task _lingeringTask = Task.CompletedTask;
    private SessionFiles? _files;
    private long _restart;
    private long? _expectedSize;
    private int _earlyInVain;
    private long _bytesReceived;
    private long _bytesSent;

    public FtpServer Server => server;

    public FtpConnectionInfo Info => info;

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Ended => ended;

    /// <summary>The client's address, IPv4 as such.</summary>
    public IPAddress ClientAddress { get; } = PassivePort.Plain(info.RemoteEndPoint.Address);

    /// <summary>Ours.</summary>
    public IPAddress LocalAddress { get; } = PassivePort.Plain(info.LocalEndPoint.Address);

    // TLS.

    /// <summary>TLS of the control connection, and of its data connections; null without.</summary>
    public FtpTls? Tls { get; set; }

    public bool IsTls => Tls is not null;

    /// <summary>PBSZ was sent.</summary>
    public bool HasBufferSize { get; set; }

    /// <summary>PROT P was sent; on a listener for implicit TLS it goes without saying.</summary>
    public bool IsProtected { get; set; }

    /// <summary>Whether a session may go on without TLS here.</summary>
    public bool MayBePlain => IsTls || server.Options.Mode == FtpMode.PlainAllowed;

    public static FtpReply MustUseTls => new(530, "TLS is required: send AUTH TLS first, and set your client to explicit FTP over TLS.");

    // Login.

    /// <summary>What USER said, until PASS.</summary>
    public string? User { get; set; }

    /// <summary>The user name last tried, safe to show.</summary>
    public string? ShownUser { get; private set; }

    public int WrongPasswords { get; set; }

    public IFtpLogin? Login { get; private set; }

    /// <summary>The files of the login.</summary>
    public SessionFiles Files => _files ?? throw new InvalidOperationException("There are no files before the login.");

    public OwnUploads OwnUploads { get; } = new();

    public VaultPath WorkingDirectory { get; set; } = VaultPath.Root;

    /// <summary>Why the connection will end once the reply is sent.</summary>
    public FtpEndException? End { get; private set; }

    // What one command leaves to another.

    public bool IsAscii { get; set; }

    public bool IsExtendedOnly { get; set; }

    public VaultPath? RenameFrom { get; set; }

    public Facts Facts { get; private set; } = new();

    /// <summary>Which algorithm HASH uses.</summary>
    public int HashIndex { get; set; }

    public long Restart { set => _restart = value; }

    public long? ExpectedSize { set => _expectedSize = value; }

    /// <summary>What goes on: a transfer, or a hash.</summary>
    public Work? Work { get; set; }

    /// <summary>Ends what goes on and sends its reply; set by the connection.</summary>
    public Func<ValueTask> AbortWorkAsync { get; set; } = static () => ValueTask.CompletedTask;

    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Whether the client shakes hands on its data connections before it is told to; null as long as that is not known.</summary>
    public bool? ShakesHandsEarly { get; private set; }

    /// <summary>A handshake that began before the preliminary reply was done before it, or was not. A lost packet is no habit: several in a row are.</summary>
    public void NoteEarlyHandshake(bool isDone)
    {
        _earlyInVain = isDone ? 0 : _earlyInVain + 1;
        ShakesHandsEarly = isDone ? true : _earlyInVain == server.Limits.EarlyHandshakesInVain ? false : ShakesHandsEarly;
    }

    /// <summary>Whether an upload counts that ends without close_notify.</summary>
    public async ValueTask<bool> AcceptsUncleanUploadsAsync(CancellationToken cancellationToken) =>
        (info.ClientName.Length > 0 && server.Options.LenientClients.Any(name => info.ClientName.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
        || await Login!.AcceptsUncleanUploadsAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>TLS has begun: what came before may be of somebody on the way, also the name of a program whose uploads need no close_notify.</summary>
    public void ForgetWhatWasPlain()
    {
        (User, HashIndex, Facts) = (null, 0, new Facts());
        (info.ClientName, info.HostName) = ("", "");
    }

    public void NoteUser(string user) => ShownUser = PeerText.Sanitise(user);

    public void WillEnd(FtpEndReason reason, string words) => End = new FtpEndException(reason, words);

    /// <summary>Begins the session of a login.</summary>
    /// <returns>False when its files are away.</returns>
    public async ValueTask<bool> BeginAsync(IFtpLogin login, string user)
    {
        var opened = login.OpenStore();
        if (!opened.Succeeded)
        {
            await login.DisposeAsync().ConfigureAwait(false);
            WillEnd(FtpEndReason.LoginRefused, "the login's files are not there");
            return false;
        }

        Login = login;
        NoteUser(user);
        _files = new SessionFiles(opened.Value, login.Rules, login.Journal);
        WorkingDirectory = login.StartDirectory;
        FtpLog.LoggedIn(server.Logger, info.Id, ShownUser!, info.RemoteEndPoint.ToString(), info.ClientName.Length > 0 ? info.ClientName : "a client without a name");
        return true;
    }

    /// <summary>The session is over: what it holds goes, the store before the login.</summary>
    public async ValueTask DisposeAsync()
    {
        DropDataPort();
        await EndLingeringAsync().ConfigureAwait(false);
        if (_files is not null)
        {
            await _files.Store.DisposeAsync().ConfigureAwait(false);
        }

        if (Login is not null)
        {
            await Login.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Paths.

    /// <summary>A path as the client wrote it; a reply says why it is none. Nothing means the current directory.</summary>
    public FtpReply? TryPath(ReadOnlySpan<byte> text, out VaultPath? path, bool isNewName = false)
    {
        if (!ListingLine.CanCarry(text))
        {
            path = null;
            return FtpReply.Of(VaultPathError.HoldsNul);
        }

        var error = VaultPath.TryParse(text, WorkingDirectory, out path);
        return error == VaultPathError.None ? null
            : error == VaultPathError.ReservedName && !isNewName ? FtpReply.Of(StoreError.NotFound)
            : FtpReply.Of(error);
    }

    /// <summary>What lies at a path, as far as the login may know: in a drop box only directories and its own fresh uploads.</summary>
    public async ValueTask<StoreResult<FileAttributes>> LookAsync(VaultPath path)
    {
        var there = await Files.LookAsync(path).ConfigureAwait(false);
        return !there.Succeeded || Files.RightsAt(path).HasFlag(FileRights.List) || OwnUploads.Contains(path) || there.Value.Kind == FileKind.Directory
            ? there
            : StoreError.NotFound;
    }

    /// <summary>The same of a file; a reply says why there is none.</summary>
    public async ValueTask<(FileAttributes File, FtpReply? Problem)> LookAtFileAsync(VaultPath path)
    {
        var there = await LookAsync(path).ConfigureAwait(false);
        return !there.Succeeded ? (default, FtpReply.Of(there.Error)) : there.Value.Kind switch
        {
            FileKind.File => (there.Value, null),
            FileKind.Directory => (default, FtpReply.Of(StoreError.IsADirectory)),
            _ => (default, FtpReply.Of(StoreError.NotARegularFile)),
        };
    }

    /// <summary>An upload to a path has begun: where the login may not look or change, it may do so with its own file.</summary>
    public void NoteUpload(VaultPath path)
    {
        const FileRights Both = FileRights.List | FileRights.SetAttributes;
        if ((Files.RightsAt(path) & Both) != Both)
        {
            OwnUploads.Add(path);
        }
    }

    /// <summary>LIST's format.</summary>
    public UnixListing UnixListing(bool withDots) => new(Login!.OwnerName, server.Time.GetUtcNow().ToUnixTimeSeconds(), withDots);

    // What was said before a transfer.

    public long TakeRestart()
    {
        var restart = _restart;
        _restart = 0;
        return restart;
    }

    public long? TakeExpectedSize()
    {
        var expected = _expectedSize;
        _expectedSize = null;
        return expected;
    }

    // Data connections.

    /// <summary>Why a transfer cannot begin; null when it can.</summary>
    public FtpReply? WhyNoData() =>
        Work is not null ? new FtpReply(425, "A transfer runs already.")
        : IsTls && !IsProtected ? new FtpReply(521, "Data connections are protected here: send PBSZ 0 and PROT P first.")
        : _dataPort is null ? new FtpReply(425, "Send EPSV or PASV first.")
        : null;

    /// <summary>Opens a port for the client to come to; null when there is none.</summary>
    public int? OpenPassive()
    {
        DropDataPort();
        var port = PassivePort.Open(server, LocalAddress, ClientAddress, ReportDataPortAsync);
        _dataPort = port;
        return port?.Port;
    }

    public void UseActive(IPEndPoint target) => _dataPort = new ActivePort(target, LocalAddress, server.Limits.DataConnectTime, server.Time);

    public DataPort TakeDataPort()
    {
        var port = _dataPort ?? throw new InvalidOperationException("There is no data port.");
        _dataPort = null;
        return port;
    }

    public void DropDataPort()
    {
        _dataPort?.Dispose();
        _dataPort = null;
    }

    public async ValueTask ReportDataPortAsync(IPEndPoint from, string words)
    {
        if (_dataPortReports.Next() is not { } more)
        {
            return;
        }

        words += more;
        FtpLog.DataPortRefused(server.Logger, info.Id, from.ToString(), words);
        try
        {
            await server.Application.DataPortRefusedAsync(new FtpDataPortRefusal(info, from, words)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // It was refused all the same.
            Defect(exception);
        }
    }

    /// <summary>Leaves a data connection to the client to close. One at a time: the next ends it.</summary>
    public void Linger(DataConnection data)
    {
        var before = _lingering;
        _lingering = data;
        _lingeringTask = LingerAsync(before, data, _lingeringTask);
    }

    public void CountReceived(long bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    public void CountSent(long bytes) => Interlocked.Add(ref _bytesSent, bytes);

    public void Defect(Exception exception) => FtpLog.Defect(server.Logger, exception, info.Id);

    private static async Task LingerAsync(DataConnection? before, DataConnection data, Task ofBefore)
    {
        before?.StopLingering();
        await ofBefore.ConfigureAwait(false);
        await data.LingerAsync().ConfigureAwait(false);
    }

    private async ValueTask EndLingeringAsync()
    {
        _lingering?.StopLingering();
        await _lingeringTask.ConfigureAwait(false);
    }
}
