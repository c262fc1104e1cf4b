using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using Waybill.Storage.Local;
using Waybill.TestKit.Storage;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Links, devices and other things that somebody with access to the machine put into a vault.</summary>
public sealed class PlantedFilesTests
{
    private static readonly string[] Escapes =
    [
        "../../outside", "../u10", "../u1_backup", "../../../../../../../../etc", "/etc", "/proc/self/root", "/proc/self/cwd", "/proc/1/root", "/dev", "/", "..", "../..",
        "./../..", "../u1/../u10", "//etc", "../u10/", "/proc/self/fd",
    ];

    [Fact]
    public async Task No_planted_link_leads_outside_at_any_depth_by_any_operation()
    {
        await using var folder = new VaultFolder(new LocalStoreOptions { Durability = Durability.Rename, Links = true });
        var outside = new Outside(folder.Base);
        var targets = Escapes
            .Append(outside.OutsidePath).Append(outside.SiblingPath("u10")).Append(Path.Combine(outside.OutsidePath, "canary"))
            .Append("../../outside/canary").Append("../u10/canary").ToArray();
        foreach (var depth in new[] { "", "a", "a/b", "a/b/c" })
        {
            Directory.CreateDirectory(folder.OnDisk(depth));
            for (var i = 0; i < targets.Length; i++)
            {
                File.CreateSymbolicLink(folder.OnDisk($"{depth}/l{i}"), targets[i]);
            }
        }

        var buffer = new byte[200];
        var attempts = 0;
        foreach (var depth in new[] { "", "/a", "/a/b", "/a/b/c" })
        {
            for (var i = 0; i < targets.Length; i++)
            {
                foreach (var below in new[] { "", "/canary", "/passwd", "/etc/passwd", "/none", "/canary/x", "/../canary" })
                {
                    await AttackAsync(P($"{depth}/l{i}{below}"));
                    attempts++;
                }
            }
        }

        Assert.True(outside.IsUntouched);
        Assert.InRange(attempts, 500, int.MaxValue);

        async Task AttackAsync(VaultPath path)
        {
            var store = folder.Store;
            if ((await store.OpenAsync(path, OpenModes.Read)).Value is { } file)
            {
                await using (file)
                {
                    var read = await file.ReadAsync(0, buffer);
                    Assert.True(buffer.AsSpan(0, read.Value).StartsWith("planted"u8), $"{path} was read");
                }
            }

            foreach (var modes in new[] { OpenModes.Write, NewContent, NewContent | OpenModes.Exclusive })
            {
                if ((await store.OpenAsync(path, modes)).Value is { } written)
                {
                    await using (written)
                    {
                        await written.WriteAsync(0, Bytes("planted"));
                        await written.CommitAsync();
                    }
                }
            }

            Assert.NotEqual(Outside.SecretSize, (await store.GetAttributesAsync(path, true)).Value.Size);
            if ((await store.OpenDirectoryAsync(path)).Error == StoreError.None)
            {
                Assert.DoesNotContain(Outside.Secret, await store.ListAsync(path.ToString()));
            }

            await store.SetAttributesAsync(path, new AttributeChanges(Permissions: 0x1FF, ModificationTime: 1), true);
            await store.SetAttributesAsync(path, new AttributeChanges(Size: 7), true);
            await store.MakeDirectoryAsync(P(path + "/made"));
            await store.RemoveDirectoryAsync(P(path + "/made"));
            await store.MakeHardLinkAsync(path, P("/hard"));
            await store.RemoveAsync(P("/hard"));
            await store.MakeSymbolicLinkAsync(P(path + "/soft"), "x"u8.ToArray());
            await store.RemoveAsync(P(path + "/soft"));
            await store.RenameAsync(P(path + "/canary"), P("/stolen"), replace: true);
            Assert.False(File.Exists(folder.OnDisk("stolen")) && (await File.ReadAllTextAsync(folder.OnDisk("stolen"), TestContext.Current.CancellationToken)).Contains(Outside.Secret, StringComparison.Ordinal));
            await store.RemoveAsync(P("/stolen"));
        }
    }

    [Fact]
    public async Task Loops_and_chains_of_links_end_with_an_error()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/f", "x");
        File.CreateSymbolicLink(folder.OnDisk("self"), "self");
        File.CreateSymbolicLink(folder.OnDisk("ping"), "pong");
        File.CreateSymbolicLink(folder.OnDisk("pong"), "ping");
        for (var i = 0; i < 45; i++)
        {
            File.CreateSymbolicLink(folder.OnDisk("c" + i), i == 0 ? "f" : "c" + (i - 1));
        }

        foreach (var path in new[] { "/self", "/ping", "/self/x", "/c44" })
        {
            Assert.Equal(StoreError.TooManyLinks, await folder.Store.OpenErrorAsync(path, OpenModes.Read));
            Assert.Equal(StoreError.TooManyLinks, await folder.Store.OpenErrorAsync(path, NewContent));
            Assert.Equal(StoreError.TooManyLinks, await folder.Store.StatErrorAsync(path));
        }

        Assert.Equal("x", await folder.Store.GetAsync("/c30"));
    }

    [Fact]
    public async Task A_magic_link_of_a_proc_file_system_in_the_vault_is_not_followed()
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("proc"));
        Run("mount", "--bind", "/proc", folder.OnDisk("proc"));
        try
        {
            foreach (var path in new[] { "/proc/self/root", "/proc/self/cwd", "/proc/self/exe", "/proc/self/root/etc/passwd" })
            {
                Assert.Equal(StoreError.TooManyLinks, await folder.Store.StatErrorAsync(path));
                Assert.Equal(StoreError.TooManyLinks, await folder.Store.OpenErrorAsync(path, OpenModes.Read));
            }

            Assert.NotEqual(StoreError.None, (await folder.Store.OpenDirectoryAsync(P("/proc/self/root"))).Error);
        }
        finally
        {
            Run("umount", "-l", folder.OnDisk("proc"));
        }
    }

    [Fact]
    public async Task Fifos_sockets_and_devices_are_listed_and_refused_at_once()
    {
        await using var folder = new VaultFolder();
        Run("mkfifo", folder.OnDisk("fifo"));
        Run("mknod", folder.OnDisk("null"), "c", "1", "3");
        Run("mknod", folder.OnDisk("watchdog"), "c", "10", "130");
        Run("mknod", folder.OnDisk("disk"), "b", "7", "200");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.OnDisk("socket")));
        File.CreateSymbolicLink(folder.OnDisk("link"), "fifo");
        string[] names = ["fifo", "null", "watchdog", "disk", "socket", "link"];
        OpenModes[] ways = [OpenModes.Read, OpenModes.Write, OpenModes.Read | OpenModes.Write, NewContent, OpenModes.Write | OpenModes.Append];
        await folder.Store.OpenErrorAsync("/fifo", OpenModes.Read);
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 1000; round++)
        {
            Assert.Equal(StoreError.NotARegularFile, await folder.Store.OpenErrorAsync("/" + names[round % names.Length], ways[round % ways.Length]));
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"1,000 opens took {clock.Elapsed}: each must take less than 10 ms");
        foreach (var name in names)
        {
            Assert.Equal(StoreError.NotARegularFile, await folder.Store.SetAttributesAsync(P("/" + name), new AttributeChanges(Permissions: 0x1FF), true));
            Assert.Equal(FileKind.Other, (await folder.Store.StatAsync("/" + name)).Kind);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), (await folder.Store.ListAsync("/")).Skip(2).Order(StringComparer.Ordinal));
        Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/fifo")));
    }

    [Fact]
    public async Task Writing_to_a_hard_link_from_outside_leaves_the_outer_file_as_it_was()
    {
        await using var folder = new VaultFolder();
        var outside = new Outside(folder.Base);
        Run("ln", Path.Combine(outside.OutsidePath, "canary"), folder.OnDisk("hard"));
        foreach (var modes in new[] { NewContent, OpenModes.Write, OpenModes.Write | OpenModes.Append })
        {
            var file = await folder.Store.OpenedAsync("/hard", modes);
            Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("changed")));
            Assert.Equal(StoreError.None, await file.CommitAsync());
            Assert.True(outside.IsUntouched);
            Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(P("/hard")));
            Run("ln", Path.Combine(outside.OutsidePath, "canary"), folder.OnDisk("hard"));
        }

        Assert.Equal(StoreError.PermissionDenied, await folder.Store.SetAttributesAsync(P("/hard"), new AttributeChanges(Permissions: 0x1FF), true));
        Assert.Equal(StoreError.PermissionDenied, await folder.Store.SetAttributesAsync(P("/hard"), new AttributeChanges(ModificationTime: 1), true));
        await using (var reader = await folder.Store.OpenedAsync("/hard", OpenModes.Read))
        {
            Assert.Equal(StoreError.PermissionDenied, await reader.SetAttributesAsync(new AttributeChanges(ModificationTime: 1)));
        }

        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/hard"), new AttributeChanges(Size: 1), true));
        Assert.True(outside.IsUntouched);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
