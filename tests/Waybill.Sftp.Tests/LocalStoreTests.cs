using System.Security.Cryptography;
using System.Text;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.Storage.Quotas;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests;

/// <summary>The engine over the real store in the kernel's jail.</summary>
public sealed class LocalStoreTests
{
    [Theory]
    [InlineData(0, 32 * 1024)]
    [InlineData(1, 32 * 1024)]
    [InlineData(20 * 1024 * 1024 + 7, 261_120)]
    [InlineData(3_000_001, 4096)]
    public async Task A_file_comes_back_equal(int length, int piece)
    {
        await using var vault = await Vault.OpenAsync(new FolderRules());
        var content = new SeededRandom(8).Bytes(length);
        await vault.Client.PutAsync("/Übersicht 📄 2026.csv", content, piece, pipeline: 64);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await vault.Client.GetAsync("/Übersicht 📄 2026.csv", piece, pipeline: 64)));
        Assert.Equal(content.Length, new FileInfo(vault.PathOf("Übersicht 📄 2026.csv")).Length);
    }

    [Fact]
    public async Task Each_operation_reaches_the_disk()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules());
        Assert.True((await vault.Client.MkDirAsync("/d", new SftpAttributes(Permissions: 0x1ED))).IsOk);
        await vault.Client.PutAsync("/d/a", "content"u8.ToArray());
        Assert.True((await vault.Client.SetStatAsync("/d/a", new SftpAttributes(AccessTime: 1_000_000, ModificationTime: 2_000_000, Permissions: 0x1A0))).IsOk);
        var attributes = (await vault.Client.StatAsync("/d/a")).Attributes!;
        Assert.Equal((7ul, 0x81A0u, 2_000_000u), (attributes.Size, attributes.Permissions, attributes.ModificationTime));
        Assert.True((await vault.Client.RenameAsync("/d/a", "/d/b")).IsOk);
        await vault.Client.PutAsync("/d/c", "other"u8.ToArray());
        Assert.Equal(SftpStatus.Failure, (await vault.Client.RenameAsync("/d/b", "/d/c")).Status);
        Assert.True((await vault.Client.PosixRenameAsync("/d/b", "/d/c")).IsOk);
        Assert.Equal("content", await File.ReadAllTextAsync(vault.PathOf("d/c")));
        Assert.Equal([".", "..", "c"], (await vault.Client.ListAsync("/d")).Select(entry => entry.Text));
        Assert.Equal(SftpStatus.Failure, (await vault.Client.RmDirAsync("/d")).Status);
        Assert.True((await vault.Client.RemoveAsync("/d/c")).IsOk);
        Assert.True((await vault.Client.RmDirAsync("/d")).IsOk);
        Assert.Empty(Directory.GetFileSystemEntries(vault.PathOf("")));
        Assert.Equal(88, (await vault.Client.StatVfsAsync("/")).Data.Length);
    }

    [Theory]
    [InlineData(SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)]
    [InlineData(SftpOpen.Write)]
    public async Task An_overwrite_that_cannot_be_recorded_leaves_the_old_version(SftpOpen flags)
    {
        await using var vault = await Vault.OpenAsync(new FolderRules());
        await vault.Client.PutAsync("/a", "old version"u8.ToArray());
        var handle = (await vault.Client.OpenAsync("/a", flags)).Handle;
        Assert.True((await vault.Client.WriteAsync(handle, 0, "new"u8.ToArray())).IsOk);
        vault.Journal.Fails = StoreError.InputOutput;
        Assert.Equal(SftpStatus.Failure, (await vault.Client.CloseAsync(handle)).Status);
        Assert.Equal("old version", await File.ReadAllTextAsync(vault.PathOf("a")));
        Assert.Equal([vault.PathOf("a")], Directory.GetFileSystemEntries(vault.PathOf("")));

        vault.Journal.Fails = StoreError.None;
        await vault.Client.PutAsync("/a", "newest"u8.ToArray());
        Assert.Equal("newest", await File.ReadAllTextAsync(vault.PathOf("a")));
        Assert.Equal([vault.PathOf("a")], Directory.GetFileSystemEntries(vault.PathOf("")));
    }

    [Fact]
    public async Task A_resume_at_4_GiB_keeps_the_high_half_of_the_offset()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules());
        var handle = (await vault.Client.OpenAsync("/sparse", SftpOpen.Read | SftpOpen.Write | SftpOpen.Create)).Handle;
        var offsets = new[] { 0ul, (1ul << 32) - 1, (1ul << 32) + 1, 5ul << 30 };
        foreach (var offset in offsets)
        {
            Assert.True((await vault.Client.WriteAsync(handle, offset, new[] { (byte)(offset % 251) })).IsOk);
        }

        Assert.Equal((5ul << 30) + 1, (await vault.Client.FStatAsync(handle)).Attributes!.Size);
        foreach (var offset in offsets)
        {
            Assert.Equal([(byte)(offset % 251)], (await vault.Client.ReadAsync(handle, offset, 1)).Data);
        }
    }

    [Fact]
    public async Task A_drop_box_takes_files_and_shows_none_but_the_own_fresh_ones()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules(FileRights.List).With("/drop", FileRights.Create | FileRights.Rename));
        Directory.CreateDirectory(vault.PathOf("drop"));
        await File.WriteAllTextAsync(vault.PathOf("drop/theirs"), "theirs");
        var handle = (await vault.Client.OpenAsync("/drop/mine.filepart", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)).Handle;
        Assert.True((await vault.Client.WriteAsync(handle, 0, "mine"u8.ToArray())).IsOk);
        Assert.Equal(4ul, (await vault.Client.StatAsync("/drop/mine.filepart")).Attributes!.Size);
        Assert.True((await vault.Client.CloseAsync(handle)).IsOk);
        Assert.True((await vault.Client.RenameAsync("/drop/mine.filepart", "/drop/mine")).IsOk);
        Assert.True((await vault.Client.SetStatAsync("/drop/mine", new SftpAttributes(AccessTime: 5, ModificationTime: 6))).IsOk);
        Assert.Equal(6u, (await vault.Client.StatAsync("/drop/mine")).Attributes!.ModificationTime);
        Assert.Equal(SftpStatus.NoSuchFile, (await vault.Client.StatAsync("/drop/theirs")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await vault.Client.OpenAsync("/drop/theirs", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)).Status);
        Assert.Equal("theirs", await File.ReadAllTextAsync(vault.PathOf("drop/theirs")));
    }

    [Fact]
    public async Task An_upload_that_was_renamed_or_removed_while_it_was_open_is_recorded_as_what_became_of_it()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules());
        var renamed = (await vault.Client.OpenAsync("/a", SftpOpen.Write | SftpOpen.Create)).Handle;
        Assert.True((await vault.Client.RenameAsync("/a", "/b")).IsOk);
        Assert.True((await vault.Client.CloseAsync(renamed)).IsOk);
        var removed = (await vault.Client.OpenAsync("/c", SftpOpen.Write | SftpOpen.Create)).Handle;
        Assert.True((await vault.Client.RemoveAsync("/c")).IsOk);
        Assert.True((await vault.Client.CloseAsync(removed)).IsOk);
        Assert.Equal(["b"], Directory.GetFileSystemEntries(vault.PathOf("")).Select(Path.GetFileName));
        Assert.Equal(
            [("/b", StoreError.None), ("/c", StoreError.Abandoned)],
            vault.Journal.Events.Where(row => row.Operation == FileOperation.Upload).Select(row => (row.Path.ToString(), row.Outcome)));

        // What lay under its new name lies there until its commit.
        Assert.True((await vault.Client.PosixRenameAsync("/b", "/d")).IsOk);
        var replacing = (await vault.Client.OpenAsync("/e", SftpOpen.Write | SftpOpen.Create)).Handle;
        Assert.True((await vault.Client.PosixRenameAsync("/e", "/d")).IsOk);
        Assert.True((await vault.Client.CloseAsync(replacing)).IsOk);
        Assert.Equal([true, false, true], vault.Journal.Events.Where(row => row.Operation == FileOperation.Rename).Select(row => row.IsPending));
    }

    [Fact]
    public async Task A_link_lends_no_rights_and_no_reply_names_the_back_end()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules(FileRights.ReadOnly).With("/upload", FileRights.All).With("/secret", FileRights.None));
        foreach (var directory in new[] { "upload", "cdr", "secret" })
        {
            Directory.CreateDirectory(vault.PathOf(directory));
        }

        await File.WriteAllTextAsync(vault.PathOf("cdr/f"), "cdr");
        await File.WriteAllTextAsync(vault.PathOf("secret/s"), "secret");
        File.CreateSymbolicLink(vault.PathOf("upload/cdr"), "../cdr");
        File.CreateSymbolicLink(vault.PathOf("upload/secret"), "/secret");
        File.CreateSymbolicLink(vault.PathOf("upload/out"), vault.PathOf("../"));
        Assert.Equal("cdr"u8.ToArray(), await vault.Client.GetAsync("/upload/cdr/f"));
        SftpReply[] replies =
        [
            await vault.Client.RemoveAsync("/upload/cdr/f"),
            await vault.Client.RenameAsync("/upload/cdr/f", "/upload/f"),
            await vault.Client.SetStatAsync("/upload/cdr/f", new SftpAttributes(ModificationTime: 1)),
            await vault.Client.OpenAsync("/upload/cdr/f", SftpOpen.Write | SftpOpen.Truncate),
            await vault.Client.OpenAsync("/upload/secret/s", SftpOpen.Read),
            await vault.Client.OpenDirAsync("/upload/secret"),
            await vault.Client.StatAsync("/upload/out/anything"),
            await vault.Client.OpenDirAsync("/upload/out"),
            await vault.Client.ReadLinkAsync("/upload/out"),
            await vault.Client.RealPathAsync("/upload/out"),
        ];
        Assert.All(replies.Take(6), reply => Assert.True(reply.Status is SftpStatus.PermissionDenied or SftpStatus.NoSuchFile, reply.ToString()));
        Assert.All(replies, reply => Assert.DoesNotContain(
            vault.PathOf(""), reply.Message + string.Concat(reply.Names.Select(name => name.Text + name.LongName)), StringComparison.Ordinal));
        Assert.True(replies[6].Status == SftpStatus.NoSuchFile && replies[7].Status == SftpStatus.NoSuchFile);
    }

    [Fact]
    public async Task Who_may_make_files_but_not_replace_them_goes_on_with_its_own_cut_off_upload()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules(FileRights.List | FileRights.Create), owner: "l1");
        await File.WriteAllTextAsync(vault.PathOf(".waybill-p-l1-a.csv"), "half+");
        await File.WriteAllTextAsync(vault.PathOf(".waybill-p-l2-b.csv"), "theirs");
        await File.WriteAllTextAsync(vault.PathOf("whole.csv"), "whole");
        Assert.Equal(4ul, (await vault.Client.StatAsync("/a.csv")).Attributes!.Size);
        Assert.Equal(["a.csv", "whole.csv"], (await vault.Client.ListAsync("/")).Select(entry => entry.Text).Where(name => name is not ("." or "..")).Order(StringComparer.Ordinal));
        Assert.Equal(SftpStatus.PermissionDenied, (await vault.Client.OpenAsync("/whole.csv", SftpOpen.Write | SftpOpen.Append)).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await vault.Client.OpenAsync("/b.csv", SftpOpen.Write | SftpOpen.Append)).Status);
        var handle = (await vault.Client.OpenAsync("/a.csv", SftpOpen.Write | SftpOpen.Append)).Handle;
        Assert.True((await vault.Client.WriteAsync(handle, 0, "+rest"u8.ToArray())).IsOk);
        Assert.True((await vault.Client.CloseAsync(handle)).IsOk);
        Assert.Equal("half+rest", await File.ReadAllTextAsync(vault.PathOf("a.csv")));
        var file = await vault.AttributesAsync("/a.csv");
        Assert.NotEqual(0ul, file.Identity);
        Assert.Equal(
            new FileEvent(FileOperation.Upload, VaultPath.Parse("/a.csv"), Bytes: 5, Size: 9, ResumedAt: 4, Identity: file.Identity) { Born = file.Born }, vault.Journal.Events[^1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_is_recorded_as_that_of_the_file_that_was_read(bool isTakenBack)
    {
        await using var vault = await Vault.OpenAsync(new FolderRules());
        await vault.Store.ReplaceAsync("/a", "old"u8.ToArray());
        await using var unrecorded = isTakenBack ? await vault.Store.PlaceAsync("/a", "new"u8.ToArray()) : null;
        var read = await vault.AttributesAsync("/a");
        var handle = (await vault.Client.OpenAsync("/a", SftpOpen.Read)).Handle;
        Assert.Equal(isTakenBack ? "new" : "old", Encoding.UTF8.GetString((await vault.Client.ReadAsync(handle, 0, 3)).Data));
        await (unrecorded?.SettleAsync(recorded: false).AsTask() ?? vault.Store.ReplaceAsync("/a", "newest"u8.ToArray()));
        Assert.NotEqual(read.Identity, (await vault.AttributesAsync("/a")).Identity);
        Assert.True((await vault.Client.CloseAsync(handle)).IsOk);
        Assert.Equal(
            new FileEvent(FileOperation.Download, VaultPath.Parse("/a"), Bytes: 3, Size: 3, Identity: read.Identity, ReadTo: 3) { Born = read.Born, IsPending = isTakenBack },
            Assert.Single(vault.Journal.Events));
    }

    [Fact]
    public async Task A_session_that_ends_says_what_of_its_upload_is_kept()
    {
        await using var vault = await Vault.OpenAsync(new FolderRules(FileRights.All), owner: "l1");
        var handle = (await vault.Client.OpenAsync("/a.csv", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)).Handle;
        Assert.True((await vault.Client.WriteAsync(handle, 0, "half"u8.ToArray())).IsOk);
        await vault.EndSessionAsync();
        Assert.Equal(
            new FileEvent(FileOperation.Upload, VaultPath.Parse("/a.csv"), Bytes: 4, Size: 4, Outcome: StoreError.Abandoned, Kept: 3),
            Assert.Single(vault.Journal.Events));
        Assert.Equal("half", await File.ReadAllTextAsync(vault.PathOf(".waybill-p-l1-a.csv")));
    }

    [Fact]
    public async Task A_write_beyond_the_quota_fails_with_its_numbers_and_publishes_nothing()
    {
        var quota = new SessionQuota(new QuotaScope("account 0042"), new QuotaScope("login 0042"), new TenKilobytes(), TimeProvider.System);
        await using var vault = await Vault.OpenAsync(new FolderRules(), quota: quota);
        var handle = (await vault.Client.OpenAsync("/a", SftpOpen.Write | SftpOpen.Create)).Handle;
        Assert.True((await vault.Client.WriteAsync(handle, 0, new byte[10_240])).IsOk);
        foreach (var reply in new[] { await vault.Client.WriteAsync(handle, 10_240, new byte[1]), await vault.Client.CloseAsync(handle) })
        {
            Assert.Equal(SftpStatus.Failure, reply.Status);
            Assert.Equal(
                "The quota of account 0042 is 10 KiB, 0 bytes are used. This does not fit, nothing was changed. Remove files that you no longer need, or ask for more room.",
                reply.Message);
        }

        Assert.Empty(Directory.GetFileSystemEntries(vault.PathOf("")));
        await vault.Client.PutAsync("/a", new byte[10_240]);
        Assert.Equal(10_240, new FileInfo(vault.PathOf("a")).Length);
    }

    private sealed class TenKilobytes : IQuotaSource
    {
        public ValueTask<QuotaReading?> ReadAsync() => new(new QuotaReading(new QuotaState(new QuotaLimits(10_240, null), default, 0), default));

        public ValueTask<StoredVersion?> FindAsync(VaultPath path) => new((StoredVersion?)null);
    }

    private sealed class Vault : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory;
        private readonly LocalVaults _vaults;
        private readonly IFileStore _store;
        private readonly SftpHarness _harness;

        private Vault(TemporaryDirectory directory, LocalVaults vaults, IFileStore store, SftpHarness harness) =>
            (_directory, _vaults, _store, _harness) = (directory, vaults, store, harness);

        public RawSftpClient Client => _harness.Client;

        public IFileStore Store => _store;

        public RecordingJournal Journal => _harness.Journal;

        public static async Task<Vault> OpenAsync(FolderRules rules, string? owner = null, SessionQuota? quota = null)
        {
            var directory = new TemporaryDirectory();
            Directory.CreateDirectory(Path.Combine(directory.FullName, "0042"));
            var vaults = new LocalVaults(directory.FullName);
            var opened = vaults.OpenStore(VaultPath.Parse("/0042"), rules, owner, quota);
            Assert.Equal(StoreError.None, opened.Error);
            return new Vault(directory, vaults, opened.Value!, await SftpHarness.StartAsync(rules: rules, store: opened.Value));
        }

        public Task<int> EndSessionAsync() => _harness.EndAsync();

        public async Task<Waybill.Storage.FileAttributes> AttributesAsync(string path) => (await _store.GetAttributesAsync(VaultPath.Parse(path), followLink: true)).Value;

        public string PathOf(string name) => Path.Combine(_directory.FullName, "0042", name);

        public async ValueTask DisposeAsync()
        {
            await _harness.DisposeAsync();
            await _store.DisposeAsync();
            _vaults.Dispose();
            _directory.Dispose();
        }
    }
}
