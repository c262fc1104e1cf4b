using System.Text;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage.Access;
using Waybill.Storage;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Sftp.Tests;

public sealed class ListingTests
{
    private static readonly long Now = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public static TheoryData<FileKind, int, long, long, uint, string> LongNames => new()
    {
        { FileKind.File, 0x1A4, 1048, Now, 1, "-rw-r--r--    1 owner    group        1048 Jan 15 12:00 name" },
        { FileKind.Directory, 0x1ED, 4096, Now - (100 * 86_400), 2, "drwxr-xr-x    2 owner    group        4096 Oct  7 12:00 name" },
        { FileKind.SymbolicLink, 0x1FF, 0, Now - (183 * 86_400), 1, "lrwxrwxrwx    1 owner    group           0 Jul 16  2025 name" },
        { FileKind.Other, 0, 0, 0, 1, "p---------    1 owner    group           0 Jan  1  1970 name" },
        { FileKind.File, 0x92, 123_456_789_012, Now + 1, 12_345, "--w--w--w- 12345 owner    group    123456789012 Jan 15  2026 name" },
        { FileKind.File, 0x49, long.MaxValue, uint.MaxValue, uint.MaxValue, "---x--x--x 4294967295 owner    group    9223372036854775807 Feb  7  2106 name" },
    };

    [Theory]
    [MemberData(nameof(LongNames))]
    public void Long_names_are_what_ls_prints(FileKind kind, int permissions, long size, long time, uint links, string expected)
    {
        Span<byte> target = stackalloc byte[LongName.Bound(4, 5, 5)];
        var length = LongName.Write(target, "name"u8, new FileAttributes(kind, permissions, size, time, time, 1000, 1000, links), Now, "owner"u8, "group"u8);
        Assert.Equal(expected, Encoding.UTF8.GetString(target[..length]));
    }

    [Fact]
    public void The_longest_long_name_fits_its_bound()
    {
        var (name, owner) = (new byte[1020], new byte[64]);
        var target = new byte[LongName.Bound(name.Length, owner.Length, owner.Length)];
        var attributes = new FileAttributes(FileKind.File, 0x1FF, long.MaxValue, 0, long.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue);
        Assert.InRange(LongName.Write(target, name, attributes, Now, owner, owner), 1, target.Length);
    }

    [Fact]
    public async Task A_directory_is_listed_with_dots_attributes_and_long_names_then_EOF()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { OwnerName = "Acme Ltd", GroupName = "customers" });
        harness.Memory.Now = Now;
        harness.Memory.AddFile("/d/Grüße 📄.csv", new byte[5]);
        var handle = await harness.OpenDirAsync("/d");
        var names = (await harness.Client.ReadDirAsync(handle)).Names;
        Assert.Equal([".", "..", "Grüße 📄.csv"], names.Select(name => name.Text));
        Assert.Equal("-rw-r--r--    1 Acme_Ltd customers        5 Jan 15 12:00 Grüße 📄.csv", names[2].LongName);
        Assert.Equal((5ul, 0x81A4u, (uint)Now), (names[2].Attributes.Size, names[2].Attributes.Permissions, names[2].Attributes.ModificationTime));
        Assert.Equal(SftpStatus.Eof, (await harness.Client.ReadDirAsync(handle)).Status);
        Assert.Equal(SftpStatus.Eof, (await harness.Client.ReadDirAsync(handle)).Status);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
    }

    [Fact]
    public async Task OPENDIR_of_a_file_or_of_nothing_is_no_such_file()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.OpenDirAsync("/f")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.OpenDirAsync("/missing")).Status);
    }

    [Fact]
    public async Task No_reply_holds_more_entries_or_bytes_than_the_limits()
    {
        var store = new LongDirectoryStore(1000, nameLength: 255);
        await using var harness = await SftpHarness.StartAsync(store: store);
        var handle = await harness.OpenDirAsync("/");
        var seen = 0;
        for (SftpReply reply; (reply = await harness.Client.ReadDirAsync(handle)).Type == SftpPacket.Name;)
        {
            Assert.InRange(reply.Names.Count, 1, 100);
            seen += reply.Names.Count;
        }

        Assert.Equal(1000, seen);

        await using var small = await SftpHarness.StartAsync(new SftpOptions { Message = 34_000, EntriesPerReply = 10_000 }, store: new LongDirectoryStore(1000, nameLength: 1020));
        handle = await small.OpenDirAsync("/");
        await small.Client.SendRequestAsync(SftpPacket.ReadDir, request => request.String(handle));
        Assert.InRange((await small.Client.ReceivePacketAsync()).Length, 2000, 34_000);
    }

    [Fact]
    public async Task A_directory_full_of_hidden_entries_is_empty_and_not_endless()
    {
        var rules = new FolderRules(FileRights.List);
        for (var i = 0; i < 500; i++)
        {
            rules.With($"/{LongDirectoryStore.NameOf(i, 10)}", FileRights.None);
        }

        await using var harness = await SftpHarness.StartAsync(rules: rules, store: new LongDirectoryStore(500, nameLength: 10));
        Assert.Equal(SftpStatus.Eof, (await harness.Client.ReadDirAsync(await harness.OpenDirAsync("/"))).Status);
    }

    [Fact]
    public async Task A_listing_that_fails_says_so()
    {
        await using var harness = await SftpHarness.StartAsync(store: new LongDirectoryStore(10, nameLength: 10) { Fails = StoreError.InputOutput });
        Assert.Equal(SftpStatus.Failure, (await harness.Client.ReadDirAsync(await harness.OpenDirAsync("/"))).Status);
    }
}
