using System.Text;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests;

/// <summary>The corpus of hostile names as a client sends it: every operation, through the engine, over the real store. No byte of any reply may tell what lies outside.</summary>
public sealed class HostileNamesTests
{
    [Fact]
    public async Task No_hostile_name_reaches_or_tells_anything_outside_by_any_request()
    {
        using var directory = new TemporaryDirectory();
        var root = directory.Combine("vaults", "u1");
        Directory.CreateDirectory(Path.Combine(root, "d"));
        var outside = new Outside(directory.FullName);
        await File.WriteAllTextAsync(Path.Combine(root, "f"), "inside", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(root, "d", "f"), "inside", TestContext.Current.CancellationToken);
        (string Name, string Target)[] links =
        [
            ("out", "../../outside"), ("abs", outside.OutsidePath), ("up", ".."), ("vault", outside.SiblingPath("u10")), ("loop", "loop"), ("link", "d"),
        ];
        foreach (var (name, target) in links)
        {
            File.CreateSymbolicLink(Path.Combine(root, name), target);
        }

        var rules = new FolderRules();
        using var vaults = new LocalVaults(directory.Combine("vaults"), new LocalStoreOptions { Durability = Durability.Rename, Links = true });
        var opened = vaults.OpenStore(VaultPath.Parse("/u1"), rules);
        Assert.Equal(StoreError.None, opened.Error);
        await using var store = opened.Value!;
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { Links = true }, rules, store: store);
        harness.Client.Timeout = TimeSpan.FromSeconds(60);
        var client = new HostileClient(harness.Client, directory.FullName);
        for (var i = 0; i < HostileNames.All.Count; i++)
        {
            await client.TryEverythingAsync(HostileNames.All[i]);
            if (i % 1000 == 999)
            {
                Assert.True(outside.IsUntouched, $"something outside changed by a name before number {i}");
            }
        }

        Assert.True(outside.IsUntouched, "something outside changed");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"hostile names: {HostileNames.All.Count} names, {client.Replies.Values.Sum()} replies: " +
            string.Join(", ", client.Replies.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}")));

        // Each request was done for some names and refused for others, or it was not tried.
        string[] neverRefused = ["close", "write", "open the copy", "copy"];
        Assert.All(client.Replies.Keys.Select(key => key.Operation).Distinct(), operation =>
        {
            Assert.True(client.Replies.GetValueOrDefault((operation, true)) >= 10, $"{operation} was never done");
            Assert.Equal(neverRefused.Contains(operation), client.Replies.GetValueOrDefault((operation, false)) == 0);
        });
    }

    private sealed class HostileClient(RawSftpClient client, string backend)
    {
        private readonly byte[] _backend = Encoding.UTF8.GetBytes(backend);
        private readonly byte[] _secret = Encoding.UTF8.GetBytes(Outside.Secret);

        public Dictionary<(string Operation, bool Done), int> Replies { get; } = [];

        public async Task TryEverythingAsync(byte[] name)
        {
            // What other names need (links, /d, /f) is left alone: it is what the server itself says that this name is.
            var real = await AskAsync("realpath", SftpPacket.RealPath, request => request.String(name));
            await AskAsync("expand-path", SftpPacket.Extended, request => request.String("expand-path@openssh.com").String(name));
            await AskAsync("stat", SftpPacket.Stat, request => request.String(name));
            var self = await AskAsync("lstat", SftpPacket.LStat, request => request.String(name));
            await AskAsync("statvfs", SftpPacket.Extended, request => request.String("statvfs@openssh.com").String(name));
            await AskAsync("setstat", SftpPacket.SetStat, request => request.String(name).UInt32(8).UInt32(1).UInt32(2));
            await AskAsync("lsetstat", SftpPacket.Extended, request => request.String("lsetstat@openssh.com").String(name).UInt32(8).UInt32(1).UInt32(2));
            await AskAsync("readlink", SftpPacket.ReadLink, request => request.String(name));
            await ListAsync(name);
            await ReadAsync("open to read", name);
            await CopyAsync(name);
            await LinksFromAsync(name);
            if (self.Attributes is not null || real.Names is [{ Text: "/" }])
            {
                return;
            }

            // There is nothing of that name: now things are made there, and removed again.
            if (await WriteAsync("open to write", name))
            {
                await ReadAsync("open to read", name);
                await RenameAsync("rename", name, SftpPacket.Rename, null);
                await RenameAsync("posix-rename", name, SftpPacket.Extended, "posix-rename@openssh.com");
                await DemandAsync("remove", SftpPacket.Remove, request => request.String(name));
            }
            else
            {
                await AskAsync("remove", SftpPacket.Remove, request => request.String(name));
                await AskAsync("rename", SftpPacket.Rename, request => request.String(name).String("/aside"));
                await AskAsync("posix-rename", SftpPacket.Extended, request => request.String("posix-rename@openssh.com").String("/d/f").String(name));
            }

            if ((await AskAsync("symlink here", SftpPacket.SymLink, request => request.String("/../../outside/canary").String(name))).IsOk)
            {
                await AskAsync("readlink", SftpPacket.ReadLink, request => request.String(name));
                await ReadAsync("open to read", name);
                await WriteAsync("open to write", name);
                await DemandAsync("remove", SftpPacket.Remove, request => request.String(name));
            }

            if ((await AskAsync("hard link here", SftpPacket.Extended, request => request.String("hardlink@openssh.com").String("/f").String(name))).IsOk)
            {
                await DemandAsync("remove", SftpPacket.Remove, request => request.String(name));
            }

            if ((await AskAsync("mkdir", SftpPacket.MkDir, request => request.String(name).UInt32(0))).IsOk)
            {
                await ListAsync(name);
                await DemandAsync("rmdir", SftpPacket.RmDir, request => request.String(name));
            }
            else
            {
                await AskAsync("rmdir", SftpPacket.RmDir, request => request.String(name));
            }
        }

        private async Task LinksFromAsync(byte[] name)
        {
            if ((await AskAsync("symlink to it", SftpPacket.SymLink, request => request.String(name).String("/hostile-link"))).IsOk)
            {
                await ReadAsync("open to read", "/hostile-link"u8.ToArray());
                await ListAsync("/hostile-link"u8.ToArray());
                await AskAsync("readlink", SftpPacket.ReadLink, request => request.String("/hostile-link"));
                await AskAsync("realpath", SftpPacket.RealPath, request => request.String("/hostile-link"));
                await DemandAsync("remove", SftpPacket.Remove, request => request.String("/hostile-link"));
            }

            if ((await AskAsync("hard link to it", SftpPacket.Extended, request => request.String("hardlink@openssh.com").String(name).String("/hostile-link"))).IsOk)
            {
                await DemandAsync("remove", SftpPacket.Remove, request => request.String("/hostile-link"));
            }
        }

        private async Task RenameAsync(string operation, byte[] name, byte type, string? extension)
        {
            await DemandAsync(operation, type, request => Named(request).String(name).String("/aside"));
            await DemandAsync(operation, type, request => Named(request).String("/aside").String(name));

            MessageBuilder Named(MessageBuilder request) => extension is null ? request : request.String(extension);
        }

        private async Task ReadAsync(string operation, byte[] name)
        {
            if (await OpenAsync(operation, name, SftpOpen.Read) is { } handle)
            {
                await AskAsync("read", SftpPacket.Read, request => request.String(handle).UInt64(0).UInt32(100_000));
                await AskAsync("read", SftpPacket.Read, request => request.String(handle).UInt64(200_000).UInt32(100));
                await CloseAsync(handle);
            }
        }

        private async Task CopyAsync(byte[] name)
        {
            if (await OpenAsync("open to copy", name, SftpOpen.Read) is { } source)
            {
                var target = (await OpenAsync("open the copy", "/copy"u8.ToArray(), SftpOpen.Read | SftpOpen.Write | SftpOpen.Create))!;
                await AskAsync("copy", SftpPacket.Extended, request => request.String("copy-data").String(source).UInt64(0).UInt64(0).String(target).UInt64(0));
                await AskAsync("read", SftpPacket.Read, request => request.String(target).UInt64(0).UInt32(100_000));
                await CloseAsync(target);
                await CloseAsync(source);
                await DemandAsync("remove", SftpPacket.Remove, request => request.String("/copy"));
            }
        }

        private async Task<bool> WriteAsync(string operation, byte[] name)
        {
            if (await OpenAsync(operation, name, SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate) is not { } handle)
            {
                return false;
            }

            await DemandAsync("write", SftpPacket.Write, request => request.String(handle).UInt64(0).String("inside"));
            await CloseAsync(handle);
            return true;
        }

        private async Task ListAsync(byte[] name)
        {
            var opened = await AskAsync("opendir", SftpPacket.OpenDir, request => request.String(name));
            if (opened.Type == SftpPacket.Handle)
            {
                while ((await AskAsync("readdir", SftpPacket.ReadDir, request => request.String(opened.Handle))).Type == SftpPacket.Name)
                {
                }

                await CloseAsync(opened.Handle);
            }
        }

        private async Task<byte[]?> OpenAsync(string operation, byte[] name, SftpOpen flags)
        {
            var reply = await AskAsync(operation, SftpPacket.Open, request => request.String(name).UInt32((uint)flags).UInt32(0));
            return reply.Type == SftpPacket.Handle ? reply.Handle : null;
        }

        private Task CloseAsync(byte[] handle) => DemandAsync("close", SftpPacket.Close, request => request.String(handle));

        private async Task DemandAsync(string operation, byte type, Action<MessageBuilder> fields)
        {
            var reply = await AskAsync(operation, type, fields);
            Assert.True(reply.IsOk, $"{operation}: {reply}");
        }

        private async Task<SftpReply> AskAsync(string operation, byte type, Action<MessageBuilder> fields)
        {
            var id = await client.SendRequestAsync(type, fields);
            var packet = await client.ReceivePacketAsync();
            Assert.True(packet.AsSpan().IndexOf(_secret) < 0, $"{operation}: a reply holds what lies outside");
            Assert.True(packet.AsSpan().IndexOf(_backend) < 0, $"{operation}: a reply holds a path of the machine");
            var reply = SftpReply.Parse(packet);
            Assert.Equal(id, reply.Id);
            Assert.DoesNotContain((ulong)Outside.SecretSize, reply.Names.Select(name => name.Attributes.Size ?? 0).Append(reply.Attributes?.Size ?? 0));
            var key = (operation, reply.Status is null or SftpStatus.Ok);
            Replies[key] = Replies.GetValueOrDefault(key) + 1;
            return reply;
        }
    }
}
