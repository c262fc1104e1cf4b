using Waybill.Sftp.Tests.Support;
using Waybill.Storage.Access;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests;

/// <summary>
/// Every operation of the code's own table with every right alone, every right taken away, and none: no cell is left out (ProFTPD forgot SETSTAT, copies and
/// renames). What is expected stands here and not in the table.
/// </summary>
public sealed class PermissionTests
{
    private const SftpOpen NewFile = SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate;

    /// <summary>One way to use an operation: what it needs, and what it is recorded as when it is refused.</summary>
    private sealed record Case(string Operation, FileRights Needs, FileOperation? Refusal, Func<SftpHarness, Task<SftpReply>> Use);

    private static readonly Case[] Cases =
    [
        new("OPEN", FileRights.Read, FileOperation.Download, harness => harness.Client.OpenAsync("/d/f", SftpOpen.Read)),
        new("OPEN", FileRights.Create, FileOperation.Upload, harness => harness.Client.OpenAsync("/d/new", NewFile)),
        new("OPEN", FileRights.Overwrite, FileOperation.Upload, harness => harness.Client.OpenAsync("/d/f", NewFile)),
        new("OPEN", FileRights.Overwrite, FileOperation.Upload, harness => harness.Client.OpenAsync("/d/f", SftpOpen.Write | SftpOpen.Append)),
        new("OPEN", FileRights.Read | FileRights.Overwrite, FileOperation.Upload, harness => harness.Client.OpenAsync("/d/f", SftpOpen.Read | SftpOpen.Write)),
        new("OPENDIR", FileRights.List, FileOperation.List, harness => harness.Client.OpenDirAsync("/d")),
        new("MKDIR", FileRights.MakeDirectory, FileOperation.MakeDirectory, harness => harness.Client.MkDirAsync("/d/new")),
        new("RMDIR", FileRights.RemoveDirectory, FileOperation.RemoveDirectory, harness => harness.Client.RmDirAsync("/d/empty")),
        new("STAT", FileRights.List, null, harness => harness.Client.StatAsync("/d/f")),
        new("LSTAT", FileRights.List, null, harness => harness.Client.LStatAsync("/d/f")),
        new("SETSTAT", FileRights.SetAttributes, FileOperation.SetAttributes, harness => harness.Client.SetStatAsync("/d/f", new SftpAttributes(ModificationTime: 1))),
        new("SETSTAT", FileRights.SetAttributes, FileOperation.SetAttributes, harness => harness.Client.SetStatAsync("/d/f", new SftpAttributes(Permissions: 0))),
        new("SETSTAT", FileRights.SetAttributes, FileOperation.SetAttributes, harness => harness.Client.SetStatAsync("/d/f", new SftpAttributes(UserId: 0))),
        new("SETSTAT", FileRights.SetAttributes | FileRights.Overwrite, FileOperation.SetAttributes, harness => harness.Client.SetStatAsync("/d/f", new SftpAttributes(Size: 0))),
        new("lsetstat@openssh.com", FileRights.SetAttributes, FileOperation.SetAttributes, harness => harness.Client.LSetStatAsync("/d/f", new SftpAttributes(ModificationTime: 1))),
        new("REMOVE", FileRights.Delete, FileOperation.Remove, harness => harness.Client.RemoveAsync("/d/f")),
        new("RENAME", FileRights.Rename, FileOperation.Rename, harness => harness.Client.RenameAsync("/d/f", "/d/new")),
        new("posix-rename@openssh.com", FileRights.Rename, FileOperation.Rename, harness => harness.Client.PosixRenameAsync("/d/f", "/d/new")),
        new("posix-rename@openssh.com", FileRights.Rename | FileRights.Overwrite, FileOperation.Rename, harness => harness.Client.PosixRenameAsync("/d/f", "/d/g")),
        new("READLINK", FileRights.List, null, harness => harness.Client.ReadLinkAsync("/d/l")),
        new("SYMLINK", FileRights.Link, FileOperation.Link, harness => harness.Client.SymLinkAsync("f", "/d/new")),
        new("hardlink@openssh.com", FileRights.Link | FileRights.Read, FileOperation.Link, harness => harness.Client.HardLinkAsync("/d/f", "/d/new")),
        new("statvfs@openssh.com", FileRights.None, null, harness => harness.Client.StatVfsAsync("/d")),
        new("REALPATH", FileRights.None, null, harness => harness.Client.RealPathAsync("/d")),
        new("expand-path@openssh.com", FileRights.None, null, harness => harness.Client.ExpandPathAsync("/d")),
        new("home-directory", FileRights.None, null, harness => harness.Client.HomeDirectoryAsync("")),
        new("limits@openssh.com", FileRights.None, null, harness => harness.Client.LimitsAsync()),
        new("users-groups-by-id@openssh.com", FileRights.None, null, harness => harness.Client.ExtendedAsync("users-groups-by-id@openssh.com", request => request.String("").String(""))),
    ];

    // Their right was asked for when the handle was opened; HandleTests holds that no other handle will do.
    private static readonly string[] ByHandle = ["CLOSE", "READ", "WRITE", "FSTAT", "FSETSTAT", "READDIR", "fsync@openssh.com", "copy-data", "fstatvfs@openssh.com"];

    [Fact]
    public void Every_operation_of_the_table_has_a_case()
    {
        Assert.Equal(SftpOperations.All.Select(row => row.Name).Order(), Cases.Select(each => each.Operation).Distinct().Concat(ByHandle).Order());
    }

    [Fact]
    public async Task Every_operation_needs_exactly_its_rights()
    {
        var single = Enumerable.Range(0, 10).Select(bit => (FileRights)(1 << bit)).ToArray();
        var cells = 0;
        foreach (var each in Cases)
        {
            foreach (var rights in single.Concat(single.Select(right => FileRights.All & ~right)).Append(FileRights.All))
            {
                cells++;
                await using var harness = await StartAsync(new FolderRules(rights));
                var before = harness.Memory.Paths;
                var reply = await each.Use(harness);
                var allowed = (rights & each.Needs) == each.Needs;
                var cell = $"{each.Operation} needing {each.Needs} with {rights}: {reply}";
                if (allowed)
                {
                    Assert.True(reply.Status is null or SftpStatus.Ok, cell);
                    continue;
                }

                // STAT does not tell a file that may not be listed from one that is not there.
                var expected = each.Operation is "STAT" or "LSTAT" ? SftpStatus.NoSuchFile : SftpStatus.PermissionDenied;
                Assert.True(reply.Status == expected, cell);
                Assert.Equal(before, harness.Memory.Paths);
                Assert.Equal((0, 0), (harness.Memory.Commits, harness.Memory.OpenFiles));
                Assert.Equal("f"u8.ToArray(), harness.Memory.ContentOf("/d/f"));
                Assert.Equal(each.Refusal is { } refusal ? [(refusal, StoreError.PermissionDenied)] : [], harness.Journal.Events.Select(row => (row.Operation, row.Outcome)));
            }
        }

        Assert.Equal(Cases.Length * 21, cells);
    }

    [Fact]
    public async Task What_is_hidden_looks_as_if_it_were_not_there()
    {
        foreach (var each in Cases.Where(each => each.Operation is not ("REALPATH" or "expand-path@openssh.com" or "home-directory" or "limits@openssh.com" or "users-groups-by-id@openssh.com")))
        {
            await using var harness = await StartAsync(new FolderRules().With("/d", FileRights.None));
            var before = harness.Memory.Paths;
            var hidden = await each.Use(harness);
            Assert.True(hidden.Status == SftpStatus.NoSuchFile, $"{each.Operation}: {hidden}");
            Assert.Equal((await harness.Client.StatAsync("/really/missing")).Message, hidden.Message);
            Assert.Equal(before, harness.Memory.Paths);
            Assert.All(harness.Journal.Events, row => Assert.Equal(StoreError.PermissionDenied, row.Outcome));
        }
    }

    [Fact]
    public async Task Who_lacks_a_right_reads_what_the_login_is_for_and_what_is_hidden_stays_so()
    {
        const string Advice = "This login fetches. It changes nothing.";
        await using var harness = await StartAsync(new FolderRules(FileRights.ReadOnly) { Advice = Advice }.With("/secret", FileRights.None));
        harness.Memory.AddFile("/f", "f"u8);
        harness.Memory.AddFile("/secret/x", "x"u8);
        foreach (var reply in new[]
        {
            await harness.Client.OpenAsync("/new", NewFile),
            await harness.Client.OpenAsync("/f", SftpOpen.Write),
            await harness.Client.RemoveAsync("/f"),
            await harness.Client.RenameAsync("/f", "/g"),
            await harness.Client.MkDirAsync("/new"),
            await harness.Client.SetStatAsync("/f", new SftpAttributes { Permissions = 0 }),
        })
        {
            Assert.Equal((SftpStatus.PermissionDenied, Advice), (reply.Status, reply.Message));
        }

        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.StatAsync("/secret/x")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.RemoveAsync("/secret/x")).Status);
    }

    [Fact]
    public async Task Who_puts_something_where_it_may_not_lie_is_told_where_it_may()
    {
        // As the layout template has it: the root can be listed and nothing more, names that are no folders have no right at all.
        var rules = new FolderRules(FileRights.None).WithItself("/", FileRights.List).With("/cdr", FileRights.ReadOnly).With("/upload", FileRights.All).With("/secret", FileRights.None);
        await using var harness = await StartAsync(rules);
        harness.Memory.AddFile("/secret/x", "x"u8);
        harness.Memory.AddFile("/upload/f", "f"u8);
        const string Words = "You may not put anything here; put it into /upload.";
        foreach (var reply in new[]
        {
            await harness.Client.OpenAsync("/hostname", NewFile),
            await harness.Client.OpenAsync("/cdr/hostname", NewFile),
            await harness.Client.OpenAsync("/secret", NewFile),
            await harness.Client.MkDirAsync("/new"),
            await harness.Client.MkDirAsync("/cdr/new"),
            await harness.Client.RenameAsync("/upload/f", "/f"),
            await harness.Client.PosixRenameAsync("/upload/f", "/cdr/f"),
            await harness.Client.SymLinkAsync("x", "/new"),
            await harness.Client.HardLinkAsync("/upload/f", "/new"),
        })
        {
            Assert.Equal((SftpStatus.PermissionDenied, Words), (reply.Status, reply.Message));
        }

        Assert.Equal(9, harness.Journal.Events.Count(row => row.Outcome == StoreError.PermissionDenied));

        // What it asks of a hidden name, and what it would make below one, is not there: whether anything lies there or not.
        foreach (var reply in new[]
        {
            await harness.Client.OpenAsync("/secret/x", NewFile),
            await harness.Client.OpenAsync("/missing/x", NewFile),
            await harness.Client.OpenAsync("/secret", SftpOpen.Read),
            await harness.Client.OpenAsync("/secret", SftpOpen.Write),
            await harness.Client.MkDirAsync("/secret/new"),
            await harness.Client.RenameAsync("/secret", "/upload/mine"),
            await harness.Client.RenameAsync("/upload/f", "/secret/f"),
        })
        {
            Assert.True(reply.Status == SftpStatus.NoSuchFile && !reply.Message!.Contains("upload", StringComparison.Ordinal), reply.ToString());
        }
    }

    [Fact]
    public async Task Who_may_put_nothing_anywhere_is_told_whom_to_ask()
    {
        await using var harness = await StartAsync(new FolderRules(FileRights.ReadOnly));
        var reply = await harness.Client.OpenAsync("/d/new", NewFile);
        Assert.Equal(SftpStatus.PermissionDenied, reply.Status);
        Assert.StartsWith("Your login may not do this here.", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_leaves_out_what_is_hidden()
    {
        await using var harness = await StartAsync(new FolderRules(FileRights.List).With("/secret", FileRights.None).With("/upload", FileRights.Create));
        harness.Memory.AddFile("/secret/x", "x"u8);
        harness.Memory.AddDirectory("/upload");
        Assert.Equal([".", "..", "d", "upload"], (await harness.Client.ListAsync("/")).Select(entry => entry.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rights_are_needed_at_both_ends_of_a_rename()
    {
        await using var harness = await StartAsync(new FolderRules(FileRights.ReadOnly).With("/d", FileRights.All).With("/other", FileRights.ReadOnly));
        harness.Memory.AddFile("/other/o", "o"u8);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.RenameAsync("/d/f", "/other/f")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.RenameAsync("/other/o", "/d/o")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.PosixRenameAsync("/d/f", "/other/o")).Status);
        Assert.True((await harness.Client.RenameAsync("/d/f", "/d/new")).IsOk);
    }

    [Fact]
    public async Task A_folder_of_the_layout_stays_while_what_lies_in_it_is_the_logins_own()
    {
        // As the layout template has it: the folder itself lacks what everything in it has.
        var itself = FileRights.All & ~(FileRights.Delete | FileRights.Rename | FileRights.RemoveDirectory | FileRights.SetAttributes);
        await using var harness = await StartAsync(new FolderRules(FileRights.List).With("/upload", FileRights.All).WithItself("/upload", itself));
        harness.Memory.AddDirectory("/upload");
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.RmDirAsync("/upload")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.RenameAsync("/upload", "/upload2")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.RenameAsync("/upload", "/upload/x")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.SetStatAsync("/upload", new SftpAttributes(Permissions: 0))).Status);
        Assert.True((await harness.Client.MkDirAsync("/upload/mine")).IsOk);
        Assert.True((await harness.Client.RenameAsync("/upload/mine", "/upload/ours")).IsOk);
        Assert.True((await harness.Client.RmDirAsync("/upload/ours")).IsOk);
        await harness.Client.PutAsync("/upload/f", "f"u8.ToArray());
        Assert.True((await harness.Client.RemoveAsync("/upload/f")).IsOk);
    }

    [Fact]
    public async Task Into_a_drop_box_clients_upload_as_they_always_do()
    {
        await using var harness = await StartAsync(new FolderRules(FileRights.List).With("/drop", FileRights.Create | FileRights.Rename));
        harness.Memory.AddFile("/drop/theirs", "theirs"u8);
        Assert.True((await harness.Client.StatAsync("/drop")).Attributes!.IsDirectory);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.StatAsync("/drop/theirs")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.StatAsync("/drop/missing")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.OpenAsync("/drop/theirs", NewFile)).Status);

        var handle = await harness.OpenAsync("/drop/mine.filepart", NewFile);
        Assert.True((await harness.Client.WriteAsync(handle, 0, "mine"u8.ToArray())).IsOk);
        Assert.Equal(4u, (await harness.Client.StatAsync("/drop/mine.filepart")).Attributes!.Size);
        Assert.True((await harness.Client.FSetStatAsync(handle, new SftpAttributes(AccessTime: 5, ModificationTime: 5, Permissions: 0x1FF))).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);

        // WinSCP: upload as .filepart, rename, then times of the final name; others change permissions and owner, too.
        Assert.True((await harness.Client.RenameAsync("/drop/mine.filepart", "/drop/mine")).IsOk);
        Assert.True((await harness.Client.SetStatAsync("/drop/mine", new SftpAttributes(AccessTime: 7, ModificationTime: 8))).IsOk);
        Assert.True((await harness.Client.SetStatAsync("/drop/mine", new SftpAttributes(UserId: 0, GroupId: 0, Permissions: 0x1FF))).IsOk);
        Assert.Equal(4u, (await harness.Client.StatAsync("/drop/mine")).Attributes!.Size);
        Assert.Equal((8L, 0x1A4), harness.Memory.AttributesOf("/drop/mine") is { } mine ? (mine.ModificationTime, mine.Permissions) : default);

        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.SetStatAsync("/drop/mine", new SftpAttributes(Size: 0))).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.SetStatAsync("/drop/theirs", new SftpAttributes(ModificationTime: 8))).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.OpenAsync("/drop/mine", SftpOpen.Read)).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.StatAsync("/drop/mine.filepart")).Status);
    }

    [Fact]
    public void Only_the_newest_own_uploads_are_remembered()
    {
        var own = new OwnUploads();
        for (var i = 0; i <= OwnUploads.Limit; i++)
        {
            own.Add(VaultPath.Parse($"/{i}"));
        }

        Assert.False(own.Contains(VaultPath.Parse("/0")));
        Assert.True(own.Contains(VaultPath.Parse("/1")));
        Assert.True(own.Contains(VaultPath.Parse($"/{OwnUploads.Limit}")));
    }

    [Fact]
    public async Task FSETSTAT_on_a_handle_for_reading_needs_the_right()
    {
        await using var harness = await StartAsync(new FolderRules(FileRights.ReadOnly));
        var handle = await harness.OpenAsync("/d/f", SftpOpen.Read);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.FSetStatAsync(handle, new SftpAttributes(ModificationTime: 1))).Status);
        Assert.Equal((FileOperation.SetAttributes, StoreError.PermissionDenied), Assert.Single(harness.Journal.Events) is var row ? (row.Operation, row.Outcome) : default);
        Assert.Equal(harness.Memory.Now, harness.Memory.AttributesOf("/d/f")!.Value.ModificationTime);
    }

    [Fact]
    public async Task A_file_that_appears_between_question_and_opening_is_not_replaced_without_the_right()
    {
        var memory = new MemoryFileStore();
        memory.AddDirectory("/d");
        memory.Fault = (operation, path) =>
        {
            if (operation == "open")
            {
                memory.AddFile("/d/new", "theirs"u8);
            }

            return StoreError.None;
        };
        await using var harness = await SftpHarness.StartAsync(rules: new FolderRules(FileRights.Create | FileRights.List), memory: memory);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.OpenAsync("/d/new", NewFile)).Status);
        Assert.Equal("theirs"u8.ToArray(), memory.ContentOf("/d/new"));
    }

    private static async Task<SftpHarness> StartAsync(FolderRules rules)
    {
        var harness = await SftpHarness.StartAsync(new SftpOptions { Links = true }, rules);
        harness.Memory.AddFile("/d/f", "f"u8);
        harness.Memory.AddFile("/d/g", "g"u8);
        harness.Memory.AddDirectory("/d/empty");
        harness.Memory.AddLink("/d/l", "f");
        return harness;
    }
}
