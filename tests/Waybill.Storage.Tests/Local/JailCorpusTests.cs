using System.Buffers;
using System.Text;
using Waybill.Storage.Local;
using Waybill.TestKit.Storage;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Hostile names over every operation of the store; the SFTP engine's tests send the same names as a client does.</summary>
public sealed class JailCorpusTests
{
    [Fact]
    public void The_corpus_holds_at_least_five_thousand_different_paths() => Assert.InRange(HostileNames.All.Count, 5000, 100_000);

    [Fact]
    public async Task No_hostile_name_reaches_anything_outside_by_any_operation()
    {
        await using var folder = new VaultFolder(new LocalStoreOptions { Durability = Durability.Rename, Links = true });
        Directory.CreateDirectory(folder.OnDisk("d"));
        await folder.Store.PutAsync("/f", "inside");
        await folder.Store.PutAsync("/d/f", "inside");
        var outside = new Outside(folder.Base);
        Directory.CreateSymbolicLink(folder.OnDisk("out"), "../../outside");
        Directory.CreateSymbolicLink(folder.OnDisk("abs"), outside.OutsidePath);
        Directory.CreateSymbolicLink(folder.OnDisk("up"), "..");
        Directory.CreateSymbolicLink(folder.OnDisk("vault"), outside.SiblingPath("u10"));
        Directory.CreateSymbolicLink(folder.OnDisk("loop"), "loop");
        Directory.CreateSymbolicLink(folder.OnDisk("link"), "d");
        var client = new HostileClient(folder.Store, folder.Base);
        var accepted = 0;
        var refused = 0;
        for (var i = 0; i < HostileNames.All.Count; i++)
        {
            foreach (var start in HostileNames.All[i].AsSpan().StartsWith("/"u8) ? [VaultPath.Root] : new[] { VaultPath.Root, P("/d") })
            {
                if (VaultPath.TryParse(HostileNames.All[i], start, out var path) == VaultPathError.None)
                {
                    accepted++;
                    await client.TryEverythingAsync(path!, HostileNames.All[i]);
                }
                else
                {
                    refused++;
                }
            }

            if (i % 500 == 499)
            {
                Assert.True(outside.IsUntouched, $"something outside changed by a path before number {i}");
            }
        }

        Assert.True(outside.IsUntouched, "something outside changed");
        Assert.True(accepted > 5000 && refused > 100, $"{accepted} accepted, {refused} refused");
        Assert.True(client.SymbolicLinks > 300 && client.HardLinks > 300, $"{client.SymbolicLinks} symbolic and {client.HardLinks} hard links were made at such names");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"jail corpus: {HostileNames.All.Count} names, {accepted} paths through every operation ({folder.Vaults.Statistics.Operations} resolutions in the jail), {refused} refused before the disk");
    }

    [Fact]
    public async Task An_accepted_name_is_created_exactly_where_it_says_below_the_root()
    {
        await using var folder = new VaultFolder();
        var created = 0;
        foreach (var name in HostileNames.All)
        {
            if (VaultPath.TryParse(name, VaultPath.Root, out var path) != VaultPathError.None || path!.IsRoot || !path.Parent.IsRoot)
            {
                continue;
            }

            await using var file = (await folder.Store.OpenAsync(path, NewContent)).Value;
            Assert.NotNull(file);
            Assert.Equal(StoreError.None, await file.CommitAsync());
            Assert.Equal([Encoding.UTF8.GetString(path.Name)], folder.NamesOnDisk());
            Assert.Equal(StoreError.None, await folder.Store.RemoveAsync(path));
            created++;
        }

        Assert.InRange(created, 300, int.MaxValue);
    }

    private sealed class HostileClient(IFileStore store, string backend)
    {
        private readonly byte[] _backend = Encoding.UTF8.GetBytes(backend);
        private readonly byte[] _secret = Encoding.UTF8.GetBytes(Outside.Secret);
        private readonly byte[] _buffer = new byte[256];
        private readonly DirectoryEntry[] _entries = new DirectoryEntry[50];

        /// <summary>Links that were made under a hostile name.</summary>
        public int SymbolicLinks { get; private set; }

        public int HardLinks { get; private set; }

        public async Task TryEverythingAsync(VaultPath path, byte[] raw)
        {
            await ReadAsync(path);
            await ListAsync(path);
            Check((await store.GetAttributesAsync(path, true)).Value);
            Check((await store.GetAttributesAsync(path, false)).Value);
            Check((await store.ReadLinkAsync(path)).Value);
            Check((await store.ResolveAsync(path)).Value);
            await store.GetUsageAsync(path);
            await WriteAsync(path, OpenModes.Write);
            await WriteAsync(path, OpenModes.Write | OpenModes.Create | OpenModes.Exclusive);
            await WriteAsync(path, NewContent);
            await WriteAsync(path, OpenModes.Write | OpenModes.Append | OpenModes.Create);
            await ReadAsync(path);
            await store.SetAttributesAsync(path, new AttributeChanges(Permissions: 0x1ED, ModificationTime: 1), true);
            await store.SetAttributesAsync(path, new AttributeChanges(AccessTime: 1, ModificationTime: 1), false);
            await store.SetAttributesAsync(path, new AttributeChanges(Size: 3), true);
            var link = P("/hostile-link");
            if (await store.MakeSymbolicLinkAsync(link, raw) == StoreError.None)
            {
                await ReadAsync(link);
                await ListAsync(link);
                await WriteAsync(link, NewContent);
                Check((await store.ReadLinkAsync(link)).Value);
                Check((await store.ResolveAsync(link)).Value);
                Assert.Equal(StoreError.None, await store.RemoveAsync(link));
            }

            if (await store.MakeHardLinkAsync(path, link) == StoreError.None)
            {
                await ReadAsync(link);
                await store.RemoveAsync(link);
            }

            // What the other names need stays; all else is moved away and back, removed, and made as a directory.
            if (!await IsFixtureAsync(path))
            {
                var aside = P("/aside");
                if (await store.RenameAsync(path, aside, replace: false) == StoreError.None)
                {
                    Assert.Equal(StoreError.None, await store.RenameAsync(aside, path, replace: true));
                }

                await store.RemoveAsync(path);
                if (await store.MakeSymbolicLinkAsync(path, "/../../outside/canary"u8.ToArray()) == StoreError.None)
                {
                    SymbolicLinks++;
                    await ReadAsync(path);
                    await WriteAsync(path, NewContent);
                    Check((await store.ReadLinkAsync(path)).Value);
                    Assert.Equal(StoreError.None, await store.RemoveAsync(path));
                }

                if (await store.MakeHardLinkAsync(P("/f"), path) == StoreError.None)
                {
                    HardLinks++;
                    await ReadAsync(path);
                    Assert.Equal(StoreError.None, await store.RemoveAsync(path));
                }

                if (await store.MakeDirectoryAsync(path) == StoreError.None)
                {
                    await ListAsync(path);
                    Assert.Equal(StoreError.None, await store.RemoveDirectoryAsync(path));
                }
            }
        }

        private async Task<bool> IsFixtureAsync(VaultPath path)
        {
            if ((await store.ResolveAsync(path.Parent)).Value is not { } parent)
            {
                return path.IsRoot;
            }

            VaultPath.TryParse(path.Name, parent, out var real);
            return real!.IsRoot || real.ToString() is "/d" or "/f" or "/d/f" or "/out" or "/abs" or "/up" or "/vault" or "/loop" or "/link";
        }

        private async Task ReadAsync(VaultPath path)
        {
            if ((await store.OpenAsync(path, OpenModes.Read)).Value is { } file)
            {
                await using (file)
                {
                    var read = await file.ReadAsync(0, _buffer);
                    Check(_buffer.AsSpan(0, read.Value));
                }
            }
        }

        private async Task ListAsync(VaultPath path)
        {
            if ((await store.OpenDirectoryAsync(path)).Value is { } listing)
            {
                await using (listing)
                {
                    while (await listing.ReadAsync(_entries) is { Value: > 0 } read)
                    {
                        foreach (var entry in _entries.AsSpan(0, read.Value))
                        {
                            Check(entry.Name.Span);
                            Check(entry.Attributes);
                        }
                    }
                }
            }
        }

        private async Task WriteAsync(VaultPath path, OpenModes modes)
        {
            if ((await store.OpenAsync(path, modes)).Value is { } file)
            {
                await using (file)
                {
                    await file.WriteAsync(0, new ReadOnlySequence<byte>("inside"u8.ToArray()));
                    await file.CommitAsync();
                }
            }
        }

        private void Check(ReadOnlySpan<byte> reply)
        {
            Assert.True(reply.IndexOf(_secret) < 0, "a reply holds what lies outside");
            Assert.True(reply.IndexOf(_backend) < 0, "a reply holds a backend path");
        }

        private void Check(VaultPath? path)
        {
            if (path is not null)
            {
                Check(path.Bytes);
            }
        }

        private static void Check(FileAttributes attributes) => Assert.NotEqual(Outside.SecretSize, attributes.Size);
    }
}
