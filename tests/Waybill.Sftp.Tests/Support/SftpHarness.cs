using System.IO.Pipelines;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests.Support;

/// <summary>The engine between two pipes, a store in memory below it and a raw client above.</summary>
internal sealed class SftpHarness : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _running;

    private SftpHarness(MemoryFileStore memory, IFileStore store, FolderRules rules, SftpOptions options, long pauseAt)
    {
        (Memory, Rules, Options) = (memory, rules, options);
        var (ours, theirs) = DuplexPipe.CreatePair(pauseAt);
        Pipe = ours;
        Client = new RawSftpClient(ours);
        Server = new SftpServer(store, rules, Journal, options, Clock);
        _running = Server.RunAsync(theirs.Input, theirs.Output, _stop.Token);
    }

    public MemoryFileStore Memory { get; }

    public FolderRules Rules { get; }

    public SftpOptions Options { get; }

    public RecordingJournal Journal { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public DuplexPipe Pipe { get; }

    public RawSftpClient Client { get; }

    public SftpServer Server { get; }

    /// <summary>A session whose INIT is done.</summary>
    public static async Task<SftpHarness> StartAsync(
        SftpOptions? options = null, FolderRules? rules = null, MemoryFileStore? memory = null, IFileStore? store = null, long pauseAt = 1024 * 1024)
    {
        var harness = StartWithoutInit(options, rules, memory, store, pauseAt);
        await harness.Client.InitializeAsync();
        return harness;
    }

    public static SftpHarness StartWithoutInit(
        SftpOptions? options = null, FolderRules? rules = null, MemoryFileStore? memory = null, IFileStore? store = null, long pauseAt = 1024 * 1024)
    {
        memory ??= new MemoryFileStore { Links = options?.Links ?? false };
        return new SftpHarness(memory, store ?? memory, rules ?? new FolderRules(), options ?? new SftpOptions(), pauseAt);
    }

    /// <summary>What RunAsync returned; fails when it hangs.</summary>
    public Task<int> ExitAsync() => _running.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The client says goodbye.</summary>
    public async Task<int> EndAsync()
    {
        await Pipe.Output.CompleteAsync();
        return await ExitAsync();
    }

    public void Cancel() => _stop.Cancel();

    public async Task<byte[]> OpenAsync(string path, SftpOpen flags)
    {
        var reply = await Client.OpenAsync(path, flags);
        Assert.True(reply.Type == SftpPacket.Handle, $"OPEN {path}: {reply}");
        return reply.Handle;
    }

    public async Task<byte[]> OpenDirAsync(string path)
    {
        var reply = await Client.OpenDirAsync(path);
        Assert.True(reply.Type == SftpPacket.Handle, $"OPENDIR {path}: {reply}");
        return reply.Handle;
    }

    public async ValueTask DisposeAsync()
    {
        await Pipe.Output.CompleteAsync();
        await Pipe.Input.CompleteAsync();
        await _stop.CancelAsync();
        try
        {
            await ExitAsync();
        }
        finally
        {
            _stop.Dispose();
        }
    }
}
