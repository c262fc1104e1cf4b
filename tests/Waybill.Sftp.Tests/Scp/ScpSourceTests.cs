using Waybill.Sftp.Scp;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests.Scp;

/// <summary>What <c>scp -f</c> sends, and what it makes of a client's answers.</summary>
public sealed class ScpSourceTests
{
    [Fact]
    public async Task Nothing_is_sent_before_the_client_is_ready()
    {
        await using var harness = Start("scp -f /d/a");
        Assert.False(harness.Pipe.Input.TryRead(out _));
        await harness.SendAsync("\0");
        await harness.ExpectAsync("C0644 5 a\n");
        await harness.SendAsync("\0");
        await harness.ExpectAsync("hello\0");
        await harness.SendAsync("\0");
        Assert.Equal(0, await harness.ExitAsync());
        Assert.Equal("", await harness.RestAsync());
        Assert.Equal(new FileEvent(FileOperation.Download, VaultPath.Parse("/d/a"), Bytes: 5, Size: 5, ReadTo: 5), Assert.Single(harness.Journal.Events));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_is_recorded_as_that_of_the_file_that_was_read(bool isTakenBack)
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("0042"));
        using var vaults = new LocalVaults(directory.FullName);
        await using var store = vaults.OpenStore(VaultPath.Parse("/0042"), new FolderRules()).Value!;
        await store.ReplaceAsync("/a", "old"u8.ToArray());
        await using var unrecorded = isTakenBack ? await store.PlaceAsync("/a", "new"u8.ToArray()) : null;
        var read = (await store.GetAttributesAsync(VaultPath.Parse("/a"), followLink: true)).Value;
        await using var harness = ScpHarness.Start("scp -f /a", store: store);
        await harness.SendAsync("\0");
        Assert.EndsWith(" 3 a\n", await harness.LineAsync(), StringComparison.Ordinal);
        await (unrecorded?.SettleAsync(recorded: false).AsTask() ?? store.ReplaceAsync("/a", "newest"u8.ToArray()));
        Assert.NotEqual(read.Identity, (await store.GetAttributesAsync(VaultPath.Parse("/a"), followLink: true)).Value.Identity);
        await harness.SendAsync("\0");
        await harness.ExpectAsync(isTakenBack ? "new\0" : "old\0");
        await harness.SendAsync("\0");
        Assert.Equal(0, await harness.ExitAsync());
        Assert.Equal(
            new FileEvent(FileOperation.Download, VaultPath.Parse("/a"), Bytes: 3, Size: 3, Identity: read.Identity, ReadTo: 3) { Born = read.Born, IsPending = isTakenBack },
            Assert.Single(harness.Journal.Events));
    }

    [Fact]
    public async Task A_tree_is_sent_with_times_and_an_empty_file_has_its_status_byte()
    {
        var memory = Memory();
        memory.AddFile("/d/inner/empty", ""u8);
        Assert.Equal(StoreError.None, await memory.SetAttributesAsync(VaultPath.Parse("/d"), new AttributeChanges(null, null, memory.Now, memory.Now), followLink: true));
        Assert.Equal(StoreError.None, await memory.SetAttributesAsync(VaultPath.Parse("/d/inner"), new AttributeChanges(null, 0x1C0, 7, 8), followLink: true));
        Assert.Equal(
            $"T{memory.Now} 0 {memory.Now} 0\nD0755 0 d\nT{memory.Now} 0 {memory.Now} 0\nC0644 5 a\nhello\0T{memory.Now} 0 {memory.Now} 0\nC0644 1 b\nb\0"
                + $"T8 0 7 0\nD0700 0 inner\nT{memory.Now} 0 {memory.Now} 0\nC0644 0 empty\n\0E\nE\n",
            await FetchAsync("scp -r -p -f /d", memory, expectedExit: 0));
    }

    [Theory]
    [InlineData("scp -f /d/missing", "\u0001scp: /d/missing: No such file or directory\n")]
    [InlineData("scp -f /d", "\u0001scp: /d: not a regular file (a directory needs -r)\n")]
    [InlineData("scp -r -f /", "\u0001scp: /: the root has no name to be sent by; ask for /* instead\n")]
    [InlineData("scp -f '/d/m\u001b[2J'", "\u0001scp: /d/m?[2J: No such file or directory\n")]
    [InlineData("scp -f /d/missing /d/b", "\u0001scp: /d/missing: No such file or directory\nC0644 1 b\nb\0")]
    [InlineData("scp -f /d/x*", "\u0001scp: /d/x*: No such file or directory\n")]
    [InlineData("scp -f '/d/*'", "\u0001scp: /d/*: No such file or directory\n")]
    public async Task What_cannot_be_sent_is_a_warning_and_the_exit_status_says_so(string command, string expected)
    {
        Assert.Equal(expected, await FetchAsync(command, Memory(), expectedExit: 1));
    }

    [Theory]
    [InlineData("scp -f /d/*", "C0644 5 a\nhello\0C0644 1 b\nb\0")]
    [InlineData("scp -f /d/[b-z]", "C0644 1 b\nb\0")]
    [InlineData("scp -f ?", "C0644 5 a\nhello\0C0644 1 b\nb\0")]
    [InlineData("scp -r -f /*", "D0755 0 d\nC0644 5 a\nhello\0C0644 1 b\nb\0E\n")]
    public async Task Wildcards_in_the_last_component_are_the_servers(string command, string expected)
    {
        Assert.Equal(expected, await FetchAsync(command, Memory(), expectedExit: 0, new ScpOptions { StartDirectory = VaultPath.Parse("/d") }));
    }

    [Fact]
    public async Task Wildcards_send_more_than_one_batch_and_leave_out_what_is_hidden()
    {
        var memory = new MemoryFileStore();
        for (var i = 0; i < 250; i++)
        {
            memory.AddFile($"/d/f{i:000}", "x"u8);
        }

        memory.AddFile("/d/f-secret", "x"u8);
        var sent = await FetchAsync("scp -f /d/f*", memory, expectedExit: 0, rules: new FolderRules().With("/d/f-secret", FileRights.None));
        Assert.Equal(string.Concat(Enumerable.Range(0, 250).Select(i => $"C0644 1 f{i:000}\nx\0")), sent);
    }

    [Fact]
    public async Task A_name_with_a_line_break_is_skipped_with_a_warning()
    {
        var memory = Memory();
        memory.AddFile("/d/a\nC0644 1 planted", "x"u8);
        Assert.Equal(
            "D0755 0 d\nC0644 5 a\nhello\0\u0001scp: a?C0644 1 planted: skipped, since SCP cannot send a name with a line break; SFTP can\nC0644 1 b\nb\0E\n",
            await FetchAsync("scp -r -f /d", memory, expectedExit: 1));
    }

    [Fact]
    public async Task A_link_to_a_directory_is_not_walked_into_unless_it_was_named()
    {
        var memory = Memory();
        memory.AddLink("/d/loop", "/d");
        memory.AddLink("/d/to-b", "/d/b");
        var sent = await FetchAsync("scp -r -f /d", memory, expectedExit: 1);
        Assert.Contains("\u0001scp: loop: skipped, since it is a link to a directory\n", sent, StringComparison.Ordinal);
        Assert.Contains("C0644 1 to-b\nb\0", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directories_are_sent_as_deep_as_the_limit()
    {
        var memory = new MemoryFileStore();
        memory.AddFile("/1/2/3/f", "x"u8);
        Assert.Equal(
            "D0755 0 1\nD0755 0 2\n\u0001scp: 3: skipped, too many directories inside one another; fetch it by itself\nE\nE\n",
            await FetchAsync("scp -r -f /1", memory, expectedExit: 1, new ScpOptions { Depth = 2 }));
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_is_filled_up_and_said_to_be_bad()
    {
        await using var harness = ScpHarness.Start("scp -f /f", store: new WatchedStore("123456"u8, left: 3));
        await harness.SendAsync("\0");
        await harness.ExpectAsync("C0644 6 f\n");
        await harness.SendAsync("\0");
        await harness.ExpectAsync("123\0\0\0\u0001scp: /f: became shorter while it was sent, the rest is zeros; fetch it again\n");
        await harness.SendAsync("\0");
        Assert.Equal(1, await harness.ExitAsync());
    }

    [Fact]
    public async Task A_large_file_is_read_in_pieces_of_the_limit()
    {
        var store = new WatchedStore(new byte[600_000], left: 600_000);
        await using var harness = ScpHarness.Start("scp -f /f", store: store);
        await harness.SendAsync("\0\0\0");
        Assert.Equal("C0644 600000 f\n".Length + 600_000 + 1, (await harness.RestAsync()).Length);
        Assert.Equal(0, await harness.ExitAsync());
        Assert.Equal([262_144, 262_144, 75_712], store.Asked);
    }

    [Theory]
    [InlineData("scp -f /closed/f", "\u0001scp: /closed/f: Permission denied. Your login may not do this here.\n")]
    [InlineData("scp -f /closed/missing", "\u0001scp: /closed/missing: Permission denied. Your login may not do this here.\n")]
    [InlineData("scp -f /hidden/f", "\u0001scp: /hidden/f: No such file or directory\n")]
    [InlineData("scp -r -f /closed", "\u0001scp: /closed: Permission denied. Your login may not do this here.\n")]
    [InlineData("scp -f /listed/f", "\u0001scp: /listed/f: Permission denied. Your login may not do this here.\n")]
    [InlineData("scp -r -f /readable", "\u0001scp: /readable: Permission denied. Your login may not do this here.\n")]
    public async Task Rights_are_those_of_SFTP_and_a_refusal_is_recorded(string command, string expected)
    {
        var memory = new MemoryFileStore();
        foreach (var folder in new[] { "closed", "hidden", "listed", "readable" })
        {
            memory.AddFile($"/{folder}/f", "x"u8);
        }

        var rules = new FolderRules().With("/closed", FileRights.Create).With("/hidden", FileRights.None).With("/listed", FileRights.List).With("/readable", FileRights.Read);
        await using var harness = ScpHarness.Start(command, memory, rules);
        await harness.SendAsync("\0");
        Assert.Equal(expected, await harness.RestAsync());
        Assert.Equal(1, await harness.ExitAsync());
        Assert.Equal(StoreError.PermissionDenied, Assert.Single(harness.Journal.Events).Outcome);
    }

    [Fact]
    public async Task What_the_client_cannot_take_is_skipped()
    {
        await using var harness = Start("scp -r -f /d /d/b");
        await harness.SendAsync("\0");
        await harness.ExpectAsync("D0755 0 d\n");
        await harness.SendAsync("\u0001no room for it\n");
        await harness.ExpectAsync("C0644 1 b\n");
        await harness.SendAsync("\u0001nor for this\n");
        Assert.Equal(1, await harness.ExitAsync());
        Assert.Equal(("", 0), (await harness.RestAsync(), harness.Memory.OpenFiles));
    }

    [Theory]
    [InlineData("\u0002I give up\n", "")]
    [InlineData("", "")]
    [InlineData("what?\n", "\u0002scp: protocol error: expected an answer\n")]
    [InlineData("\u0001not ended", "\u0002scp: protocol error: expected an answer\n")]
    public async Task A_client_that_gives_up_or_answers_nonsense_ends_the_session(string answer, string expected)
    {
        foreach (var late in new[] { false, true })
        {
            await using var harness = Start("scp -f /d/a /d/b");
            if (late)
            {
                await harness.SendAsync("\0");
                await harness.ExpectAsync("C0644 5 a\n");
                await harness.SendAsync("\0");
                await harness.ExpectAsync("hello\0");
            }

            await harness.SendAsync(answer);
            await harness.Pipe.Output.CompleteAsync();
            Assert.Equal(expected, await harness.RestAsync());
            Assert.Equal(1, await harness.ExitAsync());
            Assert.Equal(0, harness.Memory.OpenFiles);
        }
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_waited_for_and_its_end_frees_all()
    {
        var memory = new MemoryFileStore();
        memory.AddFile("/big", new byte[8 * 1024 * 1024]);
        var harness = ScpHarness.Start("scp -f /big", memory);
        await harness.SendAsync("\0\0");
        await harness.ExpectAsync("C0644 8388608 big\n");
        await harness.Pipe.Input.CompleteAsync();
        Assert.Equal(1, await harness.ExitAsync());
        Assert.Equal(0, memory.OpenFiles);
        Assert.InRange(Assert.Single(harness.Journal.Events).Bytes, 1, 8 * 1024 * 1024 - 1);
        await harness.DisposeAsync();
    }

    private static MemoryFileStore Memory()
    {
        var memory = new MemoryFileStore();
        memory.AddFile("/d/a", "hello"u8);
        memory.AddFile("/d/b", "b"u8);
        return memory;
    }

    private static ScpHarness Start(string command) => ScpHarness.Start(command, Memory());

    /// <summary>All that is sent to a client which takes everything.</summary>
    private static async Task<string> FetchAsync(string command, MemoryFileStore memory, int expectedExit, ScpOptions? options = null, FolderRules? rules = null)
    {
        await using var harness = ScpHarness.Start(command, memory, rules, options: options);
        await harness.SendAsync(new byte[2000]);
        var sent = await harness.RestAsync();
        Assert.Equal(expectedExit, await harness.ExitAsync());
        Assert.Equal(0, memory.OpenFiles);
        return sent;
    }

    /// <summary>Its file has fewer bytes left than it says, and what is read of it is known.</summary>
    private sealed class WatchedStore(ReadOnlySpan<byte> content, int left) : DelegatingStore(Inner(content))
    {
        public List<int> Asked { get; } = [];

        public override async ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null) =>
            new(StoreError.None, new WatchedFile((await base.OpenAsync(path, modes, permissions, expectedSize)).Value!, left, Asked));

        private static MemoryFileStore Inner(ReadOnlySpan<byte> content)
        {
            var memory = new MemoryFileStore();
            memory.AddFile("/f", content);
            return memory;
        }
    }

    private sealed class WatchedFile(IOpenFile inner, int left, List<int> asked) : IOpenFile
    {
        public async ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer)
        {
            asked.Add(buffer.Length);
            return (int)Math.Min(left - offset, (await inner.ReadAsync(offset, buffer)).Value);
        }

        public ValueTask<StoreError> WriteAsync(long offset, System.Buffers.ReadOnlySequence<byte> data) => inner.WriteAsync(offset, data);

        public ValueTask<StoreResult<Waybill.Storage.FileAttributes>> GetAttributesAsync() => inner.GetAttributesAsync();

        public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) => inner.SetAttributesAsync(changes);

        public ValueTask<StoreError> SyncAsync() => inner.SyncAsync();

        public ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default) =>
            inner.CopyToAsync(offset, length, target, targetOffset, cancellationToken);

        public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() => inner.GetUsageAsync();

        public ValueTask<StoreError> CommitAsync() => inner.CommitAsync();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
