using Waybill.Sftp.Scp;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests.Scp;

/// <summary>What a client sends to <c>scp -t</c>, good and hostile.</summary>
public sealed class ScpSinkTests
{
    [Fact]
    public async Task A_file_is_published_and_recorded_before_its_last_zero_byte()
    {
        await using var harness = Start("scp -t /upload");
        var gate = new TaskCompletionSource();
        harness.Journal.Gate = gate.Task;
        await harness.ExpectAsync("\0");
        await harness.SayAsync("C0644 5 a b.csv\n");
        await harness.SendAsync("hel");
        await harness.SendAsync("lo");
        Assert.Null(harness.Memory.ContentOf("/upload/a b.csv"));
        await harness.SendAsync("\0");
        var answer = harness.ExpectAsync("\0");
        while (harness.Memory.ContentOf("/upload/a b.csv") is null)
        {
            await Task.Yield();
        }

        Assert.False(answer.IsCompleted, "It was acknowledged before its audit row was written.");
        gate.SetResult();
        await answer;
        Assert.Equal("hello"u8.ToArray(), harness.Memory.ContentOf("/upload/a b.csv"));
        Assert.Equal(new FileEvent(FileOperation.Upload, VaultPath.Parse("/upload/a b.csv"), Bytes: 5, Size: 5, ExpectedSize: 5), Assert.Single(harness.Journal.Events));
        Assert.Equal(0, await harness.EndAsync());
    }

    [Fact]
    public async Task An_empty_file_has_its_status_byte_too()
    {
        await using var harness = Start("scp -t /upload/new");
        await harness.ExpectAsync("\0");
        await harness.SayAsync("C0600 0 other\n");
        Assert.Null(harness.Memory.ContentOf("/upload/new"));
        await harness.SayAsync("\0");
        Assert.Equal(""u8.ToArray(), harness.Memory.ContentOf("/upload/new"));
        Assert.Equal(0, await harness.EndAsync());
    }

    [Fact]
    public async Task A_tree_comes_with_times_and_permissions()
    {
        await using var harness = Start("scp -r -p -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SayAsync("T1000000 0 2000000 0\n");
        await harness.SayAsync("D7750 0 tree\n");
        await harness.SayAsync("T3000000 999999 4000000 0\n");
        await harness.SayAsync("C6711 2 f\n");
        await harness.SendAsync("hi");
        await harness.SayAsync("\0");
        await harness.SayAsync("D0700 0 inner\n");
        await harness.SayAsync("E\n");
        await harness.SayAsync("E\n");
        await harness.SayAsync("C0644 0 g\n");
        await harness.SayAsync("\0");
        Assert.Equal(0, await harness.EndAsync());
        Assert.Equal(["/", "/upload", "/upload/g", "/upload/old", "/upload/tree", "/upload/tree/f", "/upload/tree/inner"], harness.Memory.Paths);
        var tree = harness.Memory.AttributesOf("/upload/tree")!.Value;
        var file = harness.Memory.AttributesOf("/upload/tree/f")!.Value;
        Assert.Equal((1_000_000L, 2_000_000L, Convert.ToInt32("750", 8)), (tree.ModificationTime, tree.AccessTime, tree.Permissions));
        Assert.Equal((3_000_000L, 4_000_000L, Convert.ToInt32("711", 8)), (file.ModificationTime, file.AccessTime, file.Permissions));
    }

    [Fact]
    public async Task Without_p_permissions_are_as_behind_a_umask()
    {
        await using var harness = Start("scp -r -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SayAsync("D0577 0 d\n");
        await harness.SayAsync("C0777 0 f\n");
        await harness.SayAsync("\0");
        await harness.SayAsync("E\n");
        Assert.Equal(Convert.ToInt32("755", 8), harness.Memory.AttributesOf("/upload/d")!.Value.Permissions);
        Assert.Equal(Convert.ToInt32("755", 8), harness.Memory.AttributesOf("/upload/d/f")!.Value.Permissions);
    }

    [Theory]
    [InlineData("T99999999999999999999999 0 1 0\n")]
    [InlineData("T4294967296 0 1 0\n")]
    [InlineData("T1 0 99999999999 0\n")]
    public async Task Times_that_no_file_can_have_are_left_out(string record)
    {
        await using var harness = Start("scp -p -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SayAsync(record);
        await harness.SayAsync("C0644 1 f\n");
        await harness.SayAsync("x\0");
        Assert.Equal((harness.Memory.Now, harness.Memory.Now), harness.Memory.AttributesOf("/upload/f") is { } f ? (f.ModificationTime, f.AccessTime) : default);
        Assert.Equal(0, await harness.EndAsync());
    }

    /// <summary>Each after the first zero byte; the server must say that it is over, and keep nothing.</summary>
    [Theory]
    [InlineData("X0644 1 f\n")]
    [InlineData("\n")]
    [InlineData("\0\n")]
    [InlineData("C644 1 f\n")]
    [InlineData("C00644 1 f\n")]
    [InlineData("C0648 1 f\n")]
    [InlineData("C-644 1 f\n")]
    [InlineData("C0644 -1 f\n")]
    [InlineData("C0644 +1 f\n")]
    [InlineData("C0644  1 f\n")]
    [InlineData("C0644 1x f\n")]
    [InlineData("C0644 0x1 f\n")]
    [InlineData("C0644 99999999999999999999 f\n")]
    [InlineData("C0644 1\n")]
    [InlineData("C0644 1 \n")]
    [InlineData("C0644\n")]
    [InlineData("C\n")]
    [InlineData("C0644 1 .\n")]
    [InlineData("C0644 1 ..\n")]
    [InlineData("C0644 1 ../old\n")]
    [InlineData("C0644 1 /upload/old\n")]
    [InlineData("C0644 1 a/b\n")]
    [InlineData("C0644 1 a\0b\n")]
    [InlineData("D0755 0 d\n")]
    [InlineData("D0755 0 ..\n")]
    [InlineData("E\n")]
    [InlineData("Ex\n")]
    [InlineData("T\n")]
    [InlineData("T-1 0 1 0\n")]
    [InlineData("T1 0 1\n")]
    [InlineData("T1 0 1 0 \n")]
    [InlineData("T1 0 1 0\nT1 0 1 0\n")]
    [InlineData("T1 0 1 0\nE\n")]
    [InlineData("C0644 1 f")]
    public async Task A_wrong_record_ends_the_session(string records)
    {
        await using var harness = Start("scp -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SendAsync(records);
        await harness.Pipe.Output.CompleteAsync();
        Assert.Matches("^\0?\u0002scp: protocol error: [ -~]+\n$", await harness.RestAsync());
        Assert.Equal(1, await harness.ExitAsync());
        AssertUntouched(harness);
    }

    [Fact]
    public async Task A_record_can_be_as_long_as_the_limit_and_no_longer()
    {
        foreach (var (length, words) in new[] { (4096, "\u0001scp: "), (4097, "\u0002scp: protocol error") })
        {
            await using var harness = Start("scp -t /upload");
            await harness.ExpectAsync("\0");
            await harness.SendAsync("C0644 1 ".PadRight(length, 'x') + "\n");
            await harness.Pipe.Output.CompleteAsync();
            Assert.StartsWith(words, await harness.RestAsync(), StringComparison.Ordinal);
            AssertUntouched(harness);
        }
    }

    [Fact]
    public async Task Directories_go_as_deep_as_the_limit_and_no_deeper()
    {
        await using var harness = Start("scp -r -t /upload");
        await harness.ExpectAsync("\0");
        for (var depth = 0; depth < 100; depth++)
        {
            await harness.SayAsync("D0755 0 d\n");
        }

        await harness.SendAsync("D0755 0 d\n");
        Assert.Equal("\u0002scp: protocol error: more than 100 directories inside one another\n", await harness.LineAsync());
        Assert.Equal(1, await harness.ExitAsync());
    }

    [Theory]
    [InlineData("C0644 10 f\n", "123456789")]
    [InlineData("C0644 10 f\n", "1234567890")]
    [InlineData("C0644 10 f\n", "1234567890C0644 1 g\n")]
    [InlineData("C0644 10 f\n", "1234567890\u0002gone\n")]
    [InlineData("C0644 0 f\n", "")]
    public async Task A_file_that_does_not_come_whole_is_not_there(string record, string data)
    {
        await using var harness = Start("scp -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SayAsync(record);
        await harness.SendAsync(data);
        Assert.Equal(1, await harness.EndAsync());
        AssertUntouched(harness);
        AssertCutOff(harness, expected: record.StartsWith("C0644 10", StringComparison.Ordinal) ? 10 : 0, bytes: Math.Min(data.Length, 10));
    }

    [Fact]
    public async Task A_client_that_is_lost_or_a_server_that_is_told_to_end_leaves_nothing()
    {
        foreach (var lose in new Func<ScpHarness, Task>[] { harness => harness.Pipe.Output.CompleteAsync(new IOException()).AsTask(), harness => Task.Run(harness.Cancel) })
        {
            var memory = Memory();
            var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            memory.Fault = (operation, _) =>
            {
                if (operation == "write")
                {
                    taken.TrySetResult();
                }

                return StoreError.None;
            };
            await using var harness = ScpHarness.Start("scp -t /upload", memory);
            await harness.ExpectAsync("\0");
            await harness.SayAsync("C0644 10 f\n");
            await harness.SendAsync("12345");
            await taken.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await lose(harness);
            Assert.Equal(1, await harness.ExitAsync());
            AssertUntouched(harness);
            AssertCutOff(harness, expected: 10, bytes: 5);
        }
    }

    [Fact]
    public async Task A_file_that_the_sender_could_not_read_to_its_end_is_not_stored_and_the_next_one_is()
    {
        await using var harness = Start("scp -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SayAsync("C0644 3 old\n");
        await harness.SendAsync("x\0\0\u0001scp: old: file changed size\n");
        Assert.StartsWith("\u0001scp: old: nothing was stored", await harness.LineAsync(), StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), harness.Memory.ContentOf("/upload/old"));
        AssertCutOff(harness, expected: 3, bytes: 3, name: "old");
        await harness.SayAsync("C0644 1 next\n");
        await harness.SayAsync("n\0");
        Assert.Equal("n"u8.ToArray(), harness.Memory.ContentOf("/upload/next"));
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task A_disk_that_fills_up_is_told_after_all_of_the_data_and_the_session_goes_on()
    {
        var memory = Memory();
        memory.Fault = (operation, path) => operation == "write" && path!.ToString() == "/upload/big" ? StoreError.NoSpace : StoreError.None;
        await using var harness = ScpHarness.Start("scp -t /upload", memory);
        await harness.ExpectAsync("\0");
        await harness.SayAsync("C0644 300000 big\n");
        await harness.SendAsync(new byte[100_000]);
        await harness.SendAsync(new byte[200_000]);
        await harness.SendAsync("\0");
        Assert.Equal("\u0001scp: big: No space left on the server, nothing was changed\n", await harness.LineAsync());
        await harness.SayAsync("C0644 1 small\n");
        await harness.SayAsync("s\0");
        Assert.Equal(["/", "/upload", "/upload/old", "/upload/small"], memory.Paths);
        Assert.Equal(StoreError.NoSpace, harness.Journal.Events[0].Outcome);
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task A_file_larger_than_the_free_room_is_refused_before_its_data()
    {
        await using var harness = Start("scp -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SendAsync($"C0644 {long.MaxValue} big\n");
        Assert.Equal("\u0001scp: big: No space left on the server, nothing was changed\n", await harness.LineAsync());
        await harness.SayAsync("C0644 0 small\n");
        await harness.SayAsync("\0");
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task A_login_that_may_not_write_reads_what_it_is_for()
    {
        await using var harness = Start("scp -t /upload", rules: new FolderRules(FileRights.ReadOnly) { Advice = "This login fetches." });
        await harness.ExpectAsync("\0");
        await harness.SendAsync("C0644 1 f\n");
        Assert.EndsWith(": Permission denied. This login fetches.\n", await harness.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task Content_sent_behind_a_refused_file_is_never_taken_for_records()
    {
        await using var harness = Start("scp -t /upload", rules: new FolderRules().With("/upload/closed", FileRights.ReadOnly));
        await harness.ExpectAsync("\0");
        await harness.SendAsync("C0644 22 closed\nC0644 1 planted\nx\0\0");
        Assert.StartsWith("\u0002scp: protocol error: a file was refused", await harness.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await harness.ExitAsync());
        AssertUntouched(harness);
    }

    [Theory]
    [InlineData("scp -t /upload/closed", "C0644 1 f\n", "Permission denied. You may not put anything here; put it into / or /upload/add.")]
    [InlineData("scp -t /upload/hidden/x", "C0644 1 f\n", "No such file or directory")]
    [InlineData("scp -t /upload/hidden", "C0644 1 f\n", "Permission denied. You may not put anything here; put it into / or /upload/add.")]
    [InlineData("scp -t /upload/add", "C0644 1 there\n", "Permission denied. Your login may not do this here.")]
    [InlineData("scp -r -t /upload/add", "D0755 0 d\n", "Permission denied. You may not put anything here; put it into /.")]
    public async Task Rights_are_those_of_SFTP_and_a_refusal_is_recorded(string command, string record, string words)
    {
        var memory = Memory();
        memory.AddFile("/upload/add/there", "t"u8);
        memory.AddDirectory("/upload/closed");
        memory.AddDirectory("/upload/hidden");
        var before = memory.Paths;
        var rules = new FolderRules().With("/upload/closed", FileRights.ReadOnly).With("/upload/hidden", FileRights.None).With("/upload/add", FileRights.Create | FileRights.List);
        await using var harness = ScpHarness.Start(command, memory, rules);
        await harness.ExpectAsync("\0");
        await harness.SendAsync(record);
        Assert.EndsWith($": {words}\n", await harness.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(StoreError.PermissionDenied, Assert.Single(harness.Journal.Events).Outcome);
        Assert.Equal(1, await harness.EndAsync());
        Assert.Equal(before, memory.Paths);
        Assert.Equal((0, 0), (memory.Commits, memory.OpenFiles));
    }

    [Theory]
    [InlineData("scp -t /", "C0644 1 hostname\n")]
    [InlineData("scp -t /hostname", "C0644 1 hostname\n")]
    [InlineData("scp -r -t /", "D0755 0 d\n")]
    public async Task Who_sends_to_the_root_is_told_where_files_go(string command, string record)
    {
        await using var harness = Start(command, rules: new FolderRules(FileRights.None).WithItself("/", FileRights.List).With("/upload", FileRights.All));
        await harness.ExpectAsync("\0");
        await harness.SendAsync(record);
        Assert.EndsWith(": Permission denied. You may not put anything here; put it into /upload.\n", await harness.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(StoreError.PermissionDenied, Assert.Single(harness.Journal.Events).Outcome);
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task Into_a_drop_box_a_file_goes_with_its_times()
    {
        var memory = Memory();
        memory.AddDirectory("/upload/box");
        await using var harness = ScpHarness.Start("scp -p -t /upload/box", memory, new FolderRules().With("/upload/box", FileRights.Create));
        await harness.ExpectAsync("\0");
        await harness.SayAsync("T5 0 6 0\n");
        await harness.SayAsync("C0600 1 f\n");
        await harness.SayAsync("x\0");
        Assert.Equal(5, harness.Memory.AttributesOf("/upload/box/f")!.Value.ModificationTime);
        Assert.Equal(0, await harness.EndAsync());
    }

    [Theory]
    [InlineData("scp -d -t /upload/old", "Not a directory")]
    [InlineData("scp -d -t /upload/missing", "No such file or directory")]
    [InlineData("scp -t /upload/missing/", "No such file or directory")]
    [InlineData("scp -t /upload/.waybill-x", "Names that begin with .waybill- are kept by the server. Choose another name.")]
    public async Task A_target_that_cannot_be_is_told_before_anything_is_sent(string command, string words)
    {
        await using var harness = Start(command);
        Assert.EndsWith($": {words}\n", await harness.RestAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await harness.ExitAsync());
    }

    [Theory]
    [InlineData("D0755 0 old\n", "Not a directory")]
    [InlineData("C0644 1 .waybill-x\n", "Names that begin with .waybill- are kept by the server. Choose another name.")]
    [InlineData("C0644 1 folder\n", "This is a directory, a file is needed. Name a file in it.")]
    public async Task What_cannot_be_stored_is_a_warning_and_the_session_goes_on(string record, string words)
    {
        var memory = Memory();
        memory.AddDirectory("/upload/folder");
        await using var harness = ScpHarness.Start("scp -r -t /upload", memory);
        await harness.ExpectAsync("\0");
        await harness.SendAsync(record);
        Assert.EndsWith($": {words}\n", await harness.LineAsync(), StringComparison.Ordinal);
        await harness.SayAsync("C0644 1 good\n");
        await harness.SayAsync("x\0");
        Assert.Equal("x"u8.ToArray(), harness.Memory.ContentOf("/upload/good"));
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task What_could_not_be_recorded_is_not_acknowledged()
    {
        await using var harness = Start("scp -t /upload");
        harness.Journal.Fails = StoreError.InputOutput;
        await harness.ExpectAsync("\0");
        await harness.SayAsync("C0644 1 f\n");
        await harness.SendAsync("x\0");
        Assert.StartsWith("\u0001scp: f: The server could not write its audit record", await harness.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await harness.EndAsync());
    }

    [Fact]
    public async Task An_overwrite_that_could_not_be_recorded_leaves_the_old_version()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("0042"));
        await File.WriteAllTextAsync(directory.Combine("0042/f"), "old", TestContext.Current.CancellationToken);
        using var vaults = new LocalVaults(directory.FullName);
        await using var store = vaults.OpenStore(VaultPath.Parse("/0042"), new FolderRules()).Value!;
        await using (var harness = ScpHarness.Start("scp -t /f", store: store))
        {
            harness.Journal.Fails = StoreError.InputOutput;
            await harness.ExpectAsync("\0");
            await harness.SayAsync("C0644 1 f\n");
            await harness.SendAsync("x\0");
            Assert.StartsWith("\u0001scp: f: The server could not write its audit record", await harness.LineAsync(), StringComparison.Ordinal);
            Assert.Equal(1, await harness.EndAsync());
        }

        Assert.Equal("old", await File.ReadAllTextAsync(directory.Combine("0042/f"), TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFileSystemEntries(directory.Combine("0042")));
    }

    [Fact]
    public async Task A_stop_lets_the_file_under_way_end_and_takes_no_other()
    {
        await using var harness = Start("scp -t /upload");
        await harness.ExpectAsync("\0");
        await harness.SayAsync("C0644 2 f\n");
        await harness.SendAsync("1");
        harness.Server.EndWhenIdle();
        await harness.SendAsync("2");
        await harness.SayAsync("\0");
        Assert.StartsWith("\u0002scp: the server is stopping", await harness.RestAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await harness.ExitAsync());
        Assert.Equal("12"u8.ToArray(), harness.Memory.ContentOf("/upload/f"));
    }

    [Fact]
    public async Task A_stop_ends_a_session_that_waits_for_its_client()
    {
        await using var harness = Start("scp -t /upload");
        await harness.ExpectAsync("\0");
        harness.Server.EndWhenIdle();
        Assert.Equal(1, await harness.ExitAsync());
    }

    [Fact]
    public async Task Over_the_real_store_a_file_of_more_than_4_GiB_is_counted_right_and_a_cut_off_one_leaves_nothing()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(directory.FullName, "0042"));
        var rules = new FolderRules();
        using var vaults = new LocalVaults(directory.FullName);
        await using var store = vaults.OpenStore(VaultPath.Parse("/0042"), rules).Value!;
        await using (var harness = ScpHarness.Start("scp -p -t /", rules: rules, store: store))
        {
            await harness.ExpectAsync("\0");
            await harness.SayAsync("T1000000 0 2000000 0\n");
            await harness.SayAsync("C0640 5 Übersicht 📄.csv\n");
            await harness.SayAsync("hello\0");
            await harness.SayAsync($"C0640 {(4L << 30) + 1} large\n");
            await harness.SendAsync("x\0C0644 1 y\n");
            Assert.Equal(1, await harness.EndAsync());
        }

        var file = Assert.Single(new DirectoryInfo(Path.Combine(directory.FullName, "0042")).GetFileSystemInfos());
        Assert.Equal("Übersicht 📄.csv", file.Name);
        Assert.Equal("hello", await File.ReadAllTextAsync(file.FullName));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000).UtcDateTime, file.LastWriteTimeUtc);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, file.UnixFileMode);
    }

    private static MemoryFileStore Memory()
    {
        var memory = new MemoryFileStore();
        memory.AddFile("/upload/old", "old"u8);
        return memory;
    }

    private static ScpHarness Start(string command, FolderRules? rules = null) => ScpHarness.Start(command, Memory(), rules);

    /// <summary>As an upload of SFTP that is never closed: somebody will ask where the file is.</summary>
    private static void AssertCutOff(ScpHarness harness, long expected, long bytes, string name = "f") => Assert.Equal(
        new FileEvent(FileOperation.Upload, VaultPath.Parse("/upload/" + name), Bytes: bytes, Size: bytes, ExpectedSize: expected, Outcome: StoreError.Abandoned),
        Assert.Single(harness.Journal.Events));

    private static void AssertUntouched(ScpHarness harness)
    {
        Assert.Equal(["/", "/upload", "/upload/old"], harness.Memory.Paths);
        Assert.Equal("old"u8.ToArray(), harness.Memory.ContentOf("/upload/old"));
        Assert.Equal((0, 0), (harness.Memory.Commits, harness.Memory.OpenFiles));
    }
}
