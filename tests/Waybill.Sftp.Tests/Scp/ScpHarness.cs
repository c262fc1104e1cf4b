using System.Text;
using Waybill.Sftp.Scp;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests.Scp;

/// <summary>One run of scp on a server, and the test as its client, byte by byte.</summary>
internal sealed class ScpHarness : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _running;
    private readonly Stream _stream;

    private ScpHarness(string command, IFileStore store, FolderRules rules, ScpOptions options)
    {
        Assert.True(ScpArguments.TryParse(command, out var arguments));
        var (ours, theirs) = DuplexPipe.CreatePair();
        Pipe = ours;
        _stream = ours.AsStream();
        Server = new ScpServer(arguments, store, rules, Journal, options);
        _running = RunAsync(theirs);
    }

    public MemoryFileStore Memory { get; private init; } = new();

    public RecordingJournal Journal { get; } = new();

    public DuplexPipe Pipe { get; }

    public ScpServer Server { get; }

    public static ScpHarness Start(
        string command, MemoryFileStore? memory = null, FolderRules? rules = null, IFileStore? store = null, ScpOptions? options = null)
    {
        memory ??= new MemoryFileStore();
        return new ScpHarness(command, store ?? memory, rules ?? new FolderRules(), options ?? new ScpOptions()) { Memory = memory };
    }

    public async Task SendAsync(string text) => await SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await Pipe.Output.WriteAsync(bytes);

    /// <summary>The next bytes must be these.</summary>
    public async Task ExpectAsync(string text)
    {
        var expected = Encoding.UTF8.GetBytes(text);
        var got = new byte[expected.Length];
        var length = await _stream.ReadAtLeastAsync(got, got.Length, throwOnEndOfStream: false).AsTask().WaitAsync(Patience);
        Assert.Equal(text, Encoding.UTF8.GetString(got, 0, length));
    }

    /// <summary>Sends, and expects the zero byte.</summary>
    public async Task SayAsync(string text)
    {
        await SendAsync(text);
        await ExpectAsync("\0");
    }

    /// <summary>A line up to its line feed, or all there is at the end.</summary>
    public async Task<string> LineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await _stream.ReadAsync(one).AsTask().WaitAsync(Patience) == 1)
        {
            line.Add(one[0]);
            if (one[0] == '\n')
            {
                break;
            }
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    /// <summary>Closes the client's side; the exit status.</summary>
    public async Task<int> EndAsync()
    {
        await Pipe.Output.CompleteAsync();
        return await ExitAsync();
    }

    public Task<int> ExitAsync() => _running.WaitAsync(Patience);

    public void Cancel() => _stop.Cancel();

    /// <summary>What the server still sent, to its end.</summary>
    public async Task<string> RestAsync()
    {
        using var rest = new MemoryStream();
        await _stream.CopyToAsync(rest).WaitAsync(Patience);
        return Encoding.UTF8.GetString(rest.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Pipe.Output.CompleteAsync();
        await Pipe.Input.CompleteAsync();
        await ExitAsync();
        _stop.Dispose();
    }

    private async Task<int> RunAsync(DuplexPipe pipe)
    {
        try
        {
            return await Task.Run(() => Server.RunAsync(pipe.Input, pipe.Output, _stop.Token));
        }
        finally
        {
            await pipe.Output.CompleteAsync();
            await pipe.Input.CompleteAsync();
        }
    }
}
