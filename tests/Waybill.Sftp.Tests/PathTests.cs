using System.Buffers.Binary;
using System.Text;
using Waybill.SshKeys.Wire;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Sftp.Tests;

public sealed class PathTests
{
    [Theory]
    [InlineData("", "/home/acme")]
    [InlineData(".", "/home/acme")]
    [InlineData("./", "/home/acme")]
    [InlineData("..", "/home")]
    [InlineData("../../../..", "/")]
    [InlineData("/", "/")]
    [InlineData("/..", "/")]
    [InlineData("//a//b/", "/a/b")]
    [InlineData("missing", "/home/acme/missing")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("back\\slash", "/home/acme/back\\slash")]
    [InlineData("Grüße 📄.csv", "/home/acme/Grüße 📄.csv")]
    public async Task REALPATH_answers_one_absolute_name_that_means_itself(string path, string expected)
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { StartDirectory = VaultPath.Parse("/home/acme") });
        var name = Assert.Single((await harness.Client.RealPathAsync(path)).Names);
        Assert.Equal((expected, expected, SftpAttributes.None), (name.Text, name.LongName, name.Attributes with { Extended = SftpAttributes.None.Extended }));
        Assert.Equal(expected, (await harness.Client.RealPathAsync(expected)).Names[0].Text);
    }

    [Fact]
    public async Task REALPATH_ignores_the_fields_of_version_6()
    {
        await using var harness = await SftpHarness.StartAsync();
        var reply = await harness.Client.RequestAsync(SftpPacket.RealPath, request => request.String("/a").Byte(1).String("b"));
        Assert.Equal("/a", Assert.Single(reply.Names).Text);
    }

    [Theory]
    [InlineData("~", "/home")]
    [InlineData("~/", "/home")]
    [InlineData("~/x/../y", "/home/y")]
    [InlineData("/a/~", "/a/~")]
    [InlineData("a", "/home/a")]
    public async Task Expand_path_knows_the_own_home(string path, string expected)
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { StartDirectory = VaultPath.Parse("/home") });
        Assert.Equal(expected, Assert.Single((await harness.Client.ExpandPathAsync(path)).Names).Text);
    }

    [Fact]
    public async Task The_home_of_anybody_is_the_own_one_or_none()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { StartDirectory = VaultPath.Parse("/home") });
        Assert.Equal(SftpStatus.Failure, (await harness.Client.ExpandPathAsync("~root/x")).Status);
        Assert.Equal("/home", Assert.Single((await harness.Client.HomeDirectoryAsync("")).Names).Text);
        Assert.Equal("/home", Assert.Single((await harness.Client.HomeDirectoryAsync("root")).Names).Text);
    }

    [Fact]
    public async Task RENAME_never_replaces_and_posix_rename_does()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/a", "a"u8);
        harness.Memory.AddFile("/b", "b"u8);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.RenameAsync("/a", "/b")).Status);
        Assert.Equal("b"u8.ToArray(), harness.Memory.ContentOf("/b"));
        Assert.True((await harness.Client.PosixRenameAsync("/a", "/b")).IsOk);
        Assert.Equal("a"u8.ToArray(), harness.Memory.ContentOf("/b"));
        Assert.Null(harness.Memory.ContentOf("/a"));
    }

    [Fact]
    public async Task Renames_that_make_no_sense_fail_as_OpenSSHs_do()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        harness.Memory.AddFile("/full/x", "x"u8);
        harness.Memory.AddDirectory("/d");
        Assert.Equal(SftpStatus.Failure, (await harness.Client.PosixRenameAsync("/f", "/d")).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.PosixRenameAsync("/d", "/full")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.RenameAsync("/missing", "/y")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.RenameAsync("/f", "/missing/y")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.RenameAsync("/missing", "/missing")).Status);
        Assert.Empty(harness.Journal.Events);
        Assert.True((await harness.Client.RenameAsync("/f", "/./f")).IsOk);
        Assert.True((await harness.Client.PosixRenameAsync("/f", "f")).IsOk);
        Assert.Equal("f"u8.ToArray(), harness.Memory.ContentOf("/f"));
    }

    [Fact]
    public async Task A_client_without_overwrite_cannot_replace_by_renaming()
    {
        await using var harness = await SftpHarness.StartAsync(rules: new FolderRules(FileRights.All & ~FileRights.Overwrite));
        harness.Memory.AddFile("/a", "a"u8);
        harness.Memory.AddFile("/b", "b"u8);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.PosixRenameAsync("/a", "/b")).Status);
        Assert.Equal("b"u8.ToArray(), harness.Memory.ContentOf("/b"));
        Assert.True((await harness.Client.PosixRenameAsync("/a", "/c")).IsOk);
        Assert.Equal(
            [new(FileOperation.Rename, VaultPath.Parse("/a"), VaultPath.Parse("/b"), Outcome: StoreError.PermissionDenied), new(FileOperation.Rename, VaultPath.Parse("/a"), VaultPath.Parse("/c"))],
            harness.Journal.Events);
    }

    [Fact]
    public async Task Directories_and_files_are_made_and_removed_as_OpenSSH_answers()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/full/x", "x"u8);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.MkDirAsync("/full")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.MkDirAsync("/missing/d")).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.RmDirAsync("/full")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.RmDirAsync("/full/x")).Status);
        Assert.Equal(SftpStatus.PermissionDenied, (await harness.Client.RmDirAsync("/")).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.RemoveAsync("/full")).Status);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.RemoveAsync("/missing")).Status);
        Assert.True((await harness.Client.RemoveAsync("/full/x")).IsOk);
        Assert.True((await harness.Client.RmDirAsync("/full")).IsOk);
        Assert.Equal(["/"], harness.Memory.Paths);
    }

    [Fact]
    public async Task STAT_follows_a_link_and_LSTAT_does_not()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[10]);
        harness.Memory.AddLink("/l", "f");
        Assert.Equal((10ul, 0x8000u), ((await harness.Client.StatAsync("/l")).Attributes is { } file ? (file.Size!.Value, file.Permissions!.Value & 0xF000) : default));
        Assert.True((await harness.Client.LStatAsync("/l")).Attributes!.IsLink);
        Assert.True((await harness.Client.StatAsync("/")).Attributes!.IsDirectory);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.StatAsync("/missing")).Status);
        Assert.Equal("f", Assert.Single((await harness.Client.ReadLinkAsync("/l")).Names).Text);
        Assert.Equal(SftpStatus.BadMessage, (await harness.Client.ReadLinkAsync("/f")).Status);
    }

    [Fact]
    public async Task Lsetstat_leaves_the_links_target_alone()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[10]);
        harness.Memory.AddLink("/l", "f");
        Assert.True((await harness.Client.LSetStatAsync("/l", new SftpAttributes(AccessTime: 1, ModificationTime: 2))).IsOk);
        Assert.Equal(2, harness.Memory.AttributesOf("/l")!.Value.ModificationTime);
        Assert.Equal(harness.Memory.Now, harness.Memory.AttributesOf("/f")!.Value.ModificationTime);
        Assert.True((await harness.Client.SetStatAsync("/l", new SftpAttributes(AccessTime: 1, ModificationTime: 3, Size: 4))).IsOk);
        Assert.Equal((3, 4), (harness.Memory.AttributesOf("/f")!.Value.ModificationTime, harness.Memory.AttributesOf("/f")!.Value.Size));
    }

    [Fact]
    public async Task Owners_are_never_changed_and_the_client_is_told_that_all_is_well()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[10]);
        var before = harness.Memory.AttributesOf("/f");
        Assert.True((await harness.Client.SetStatAsync("/f", new SftpAttributes(UserId: 0, GroupId: 0))).IsOk);
        Assert.Equal(before, harness.Memory.AttributesOf("/f"));
        Assert.Empty(harness.Journal.Events);
    }

    [Fact]
    public async Task Extended_attributes_are_read_over()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[10]);
        Assert.True((await harness.Client.SetStatAsync("/f", new SftpAttributes(Size: 3) { Extended = [("a@b", "c"), ("d@e", "")] })).IsOk);
        Assert.Equal(3, harness.Memory.AttributesOf("/f")!.Value.Size);
        var lying = await harness.Client.RequestAsync(SftpPacket.SetStat, request => request.String("/f").UInt32(0x8000_0000).UInt32(uint.MaxValue));
        Assert.Equal(SftpStatus.BadMessage, lying.Status);
    }

    [Fact]
    public async Task Links_are_refused_unless_switched_on()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        foreach (var reply in new[] { await harness.Client.SymLinkAsync("f", "/l"), await harness.Client.HardLinkAsync("/f", "/h") })
        {
            Assert.Equal(SftpStatus.OperationUnsupported, reply.Status);
            Assert.Contains("switched off", reply.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["/", "/f"], harness.Memory.Paths);
    }

    [Fact]
    public async Task Links_switched_on_are_made_in_OpenSSHs_order_and_recorded()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { Links = true });
        harness.Memory.AddFile("/f", "f"u8);
        Assert.True((await harness.Client.SymLinkAsync("f", "/l")).IsOk);
        Assert.Equal("f", (await harness.Client.ReadLinkAsync("/l")).Names[0].Text);
        Assert.True((await harness.Client.HardLinkAsync("/f", "/h")).IsOk);
        Assert.Equal("f"u8.ToArray(), harness.Memory.ContentOf("/h"));
        Assert.Equal(
            [new(FileOperation.Link, VaultPath.Parse("/l")), new(FileOperation.Link, VaultPath.Parse("/f"), VaultPath.Parse("/h"))],
            harness.Journal.Events);
        Assert.Equal(SftpStatus.NoSuchFile, (await harness.Client.SymLinkAsync("", "/e")).Status);
        Assert.Equal(SftpStatus.BadMessage, (await harness.Client.SymLinkAsync("a\0b", "/e")).Status);
    }

    [Fact]
    public async Task Names_that_no_file_may_have_are_refused_with_words()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        (byte[] Name, SftpStatus Lookup, SftpStatus Create)[] names =
        [
            ([0xC3, 0x28], SftpStatus.Failure, SftpStatus.Failure),
            ([0xED, 0xA0, 0x80], SftpStatus.Failure, SftpStatus.Failure),
            ("a\0b"u8.ToArray(), SftpStatus.BadMessage, SftpStatus.BadMessage),
            (new byte[256].Select(_ => (byte)'x').ToArray(), SftpStatus.BadMessage, SftpStatus.BadMessage),
            (Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/abc", 1100))), SftpStatus.BadMessage, SftpStatus.BadMessage),
            (".waybill-upload"u8.ToArray(), SftpStatus.NoSuchFile, SftpStatus.PermissionDenied),
            ("d/.waybill-x/y"u8.ToArray(), SftpStatus.NoSuchFile, SftpStatus.PermissionDenied),
        ];
        foreach (var (name, lookup, create) in names)
        {
            foreach (var type in new[] { SftpPacket.Stat, SftpPacket.LStat, SftpPacket.OpenDir, SftpPacket.Remove, SftpPacket.RmDir, SftpPacket.ReadLink, SftpPacket.RealPath })
            {
                Check(await harness.Client.RequestAsync(type, request => request.String(name)), lookup);
            }

            Check(await harness.Client.RequestAsync(SftpPacket.MkDir, request => request.String(name).UInt32(0)), create);
            Check(await harness.Client.RequestAsync(SftpPacket.Open, request => request.String(name).UInt32(10).UInt32(0)), create);
            Check(await harness.Client.RequestAsync(SftpPacket.Rename, request => request.String("/f").String(name)), create);
        }

        Assert.Equal(["/", "/f"], harness.Memory.Paths);

        static void Check(SftpReply reply, SftpStatus expected)
        {
            Assert.True(reply.Status == expected, reply.ToString());
            Assert.True(reply.Message.Length > 10 && reply.Language == "en");
        }
    }

    [Fact]
    public async Task Statvfs_answers_the_stores_numbers()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        var handle = await harness.OpenAsync("/f", SftpOpen.Read);
        foreach (var reply in new[] { await harness.Client.StatVfsAsync("/f"), await harness.Client.FStatVfsAsync(handle) })
        {
            Assert.Equal(88, reply.Data.Length);
            var fields = Enumerable.Range(0, 11).Select(i => BinaryPrimitives.ReadUInt64BigEndian(reply.Data.AsSpan(8 * i))).ToArray();
            Assert.Equal([4096, 4096, 1_000_000, 600_000, 600_000, 100_000, 90_000, 90_000, 0x57_41_59, 2, 255], fields);
        }
    }

    [Fact]
    public async Task Limits_are_those_of_OpenSSH()
    {
        await using var harness = await SftpHarness.StartAsync();
        var reply = await harness.Client.LimitsAsync();
        Assert.Equal(
            [262_144, 261_120, 261_120, 256],
            Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadUInt64BigEndian(reply.Data.AsSpan(8 * i))).ToArray());
    }

    [Fact]
    public async Task Ids_that_listings_show_have_names_and_others_have_none()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { OwnerName = "acme", GroupName = "customers" });
        var ids = new MessageBuilder().UInt32(1000).UInt32(0).UInt32(1000).ToArray();
        var reply = await harness.Client.ExtendedAsync("users-groups-by-id@openssh.com", request => request.String(ids).String(ids.AsSpan(0, 4)));
        Assert.Equal(["acme", "", "acme"], Names(reply.Data, 0));
        Assert.Equal(["customers"], Names(reply.Data, 1));
        var odd = await harness.Client.ExtendedAsync("users-groups-by-id@openssh.com", request => request.String("abc").String(""));
        Assert.Equal(SftpStatus.BadMessage, odd.Status);
        var many = await harness.Client.ExtendedAsync("users-groups-by-id@openssh.com", request => request.String(new byte[200_000]).String(""));
        Assert.Equal(SftpStatus.Failure, many.Status);

        static string[] Names(byte[] data, int list)
        {
            var lists = new SshReader(data);
            var chosen = lists.ReadString();
            var names = new SshReader(list == 0 ? chosen : lists.ReadString());
            var found = new List<string>();
            while (!names.Rest.IsEmpty)
            {
                found.Add(Encoding.UTF8.GetString(names.ReadString()));
            }

            return [.. found];
        }
    }
}
