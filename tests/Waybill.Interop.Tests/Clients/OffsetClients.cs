using Waybill.SshKeys.Keys;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Interop.Tests.Clients;

/// <summary>
/// Graphical clients that do not run here, as requests in their order. FileZilla looks for the size in the listing, opens without TRUNC and writes from there.
/// </summary>
public class FileZillaHabit(WaybillServer server) : IAsyncDisposable
{
    private const int Piece = 32 * 1024;

    private RawSshClient? _ssh;

    protected RawSftpClient Sftp { get; private set; } = null!;

    protected WaybillServer Server { get; } = server;

    /// <summary>Sends the beginning of a file and leaves it at that, the handle open.</summary>
    public async Task BeginAsync(string local, string remote, int bytes)
    {
        await ConnectAsync();
        var content = await File.ReadAllBytesAsync(local);
        var handle = Take(await Sftp.OpenAsync(
            Written(remote), SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate, new SftpAttributes(Size: (ulong)content.Length))).Handle;
        await WriteAsync(handle, content.AsMemory(0, bytes), 0);
    }

    /// <summary>Goes on with it over a new connection and closes.</summary>
    public virtual async Task ResumeAsync(string local, string remote)
    {
        await ConnectAsync();
        var slash = remote.LastIndexOf('/');
        var there = (await Sftp.ListAsync(remote[..slash])).Single(entry => entry.Text == remote[(slash + 1)..]);
        await GoOnAsync(local, remote, SftpOpen.Write | SftpOpen.Create, (long)there.Attributes.Size!);
    }

    /// <summary>Killed: the connection ends without a word.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_ssh is not null)
        {
            await _ssh.DisposeAsync();
        }
    }

    /// <summary>The name that is written to first.</summary>
    protected virtual string Written(string remote) => remote;

    protected async Task ConnectAsync()
    {
        using var key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(Server.Key)).Key!;
        _ssh = await RawSshClient.ConnectAsync(Server.Port);
        await _ssh.LogInAsync(WaybillServer.User, key);
        Sftp = new RawSftpClient((await _ssh.OpenSubsystemAsync("sftp")).AsStream()) { Timeout = TimeSpan.FromSeconds(60) };
        await Sftp.InitializeAsync();
    }

    protected async Task GoOnAsync(string local, string remote, SftpOpen flags, long offset)
    {
        var content = await File.ReadAllBytesAsync(local);
        var handle = Take(await Sftp.OpenAsync(remote, flags)).Handle;
        await WriteAsync(handle, content.AsMemory((int)offset), offset);
        Take(await Sftp.CloseAsync(handle));
    }

    protected static SftpReply Take(SftpReply reply) => reply.IsOk || reply.Handle.Length > 0 || reply.Attributes is not null
        ? reply
        : throw new InvalidOperationException(reply.ToString());

    private async Task WriteAsync(byte[] handle, ReadOnlyMemory<byte> content, long offset)
    {
        for (var at = 0; at < content.Length; at += Piece)
        {
            Take(await Sftp.WriteAsync(handle, (ulong)(offset + at), content.Slice(at, Math.Min(Piece, content.Length - at))));
        }
    }
}

/// <summary>WinSCP: uploads name.filepart with the size announced in OPEN, goes on where STAT says, removes the target, renames, sets the time.</summary>
public sealed class WinScpHabit(WaybillServer server) : FileZillaHabit(server)
{
    public override async Task ResumeAsync(string local, string remote)
    {
        await ConnectAsync();
        Assert.Equal(SftpStatus.NoSuchFile, (await Sftp.LStatAsync(remote)).Status);
        var there = Take(await Sftp.LStatAsync(Written(remote)));
        await GoOnAsync(local, Written(remote), SftpOpen.Write, (long)there.Attributes!.Size!);
        Assert.Equal(SftpStatus.NoSuchFile, (await Sftp.RemoveAsync(remote)).Status);
        Take(await Sftp.RenameAsync(Written(remote), remote));
        Take(await Sftp.SetStatAsync(remote, new SftpAttributes(AccessTime: 1_000_000_000, ModificationTime: 1_000_000_000)));
        Assert.Equal(1_000_000_000u, Take(await Sftp.StatAsync(remote)).Attributes!.ModificationTime);
    }

    protected override string Written(string remote) => remote + ".filepart";
}
