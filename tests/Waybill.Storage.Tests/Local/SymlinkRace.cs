using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Waybill.Storage.Local.Native;
using Waybill.TestKit.Storage;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>
/// Somebody inside swaps directories for links, atomically and as fast as the machine can, while clients work on paths through them. An escape is any content,
/// name or size from outside in an answer, and any change outside.
/// </summary>
internal sealed class SymlinkRace
{
    private const uint Exchange = 2;
    private const int Places = 6;
    private const int Swappers = 4;
    public const int Clients = 8;

    private readonly VaultFolder _folder;
    private readonly Outside _outside;
    private readonly ConcurrentQueue<string> _escapes = new();
    private long _swaps;
    private long _operations;

    public SymlinkRace(VaultFolder folder)
    {
        _folder = folder;
        _outside = new Outside(folder.Base);

        // Directories that may be destroyed: what an escaped write, mkdir, rename or remove hits.
        var targets = new[]
        {
            "../../outside", _outside.OutsidePath, "../u10", _outside.SiblingPath("u10"), "inner/../../u10", "swap1.link",
        };
        Directory.CreateDirectory(folder.OnDisk("inner"));
        for (var place = 0; place < Places; place++)
        {
            var name = folder.OnDisk("swap" + place);
            Directory.CreateDirectory(Path.Combine(name, "sub"));
            File.WriteAllText(Path.Combine(name, "canary"), "inside");
            File.CreateSymbolicLink(Path.Combine(name, Outside.Link), "canary");
            File.CreateSymbolicLink(name + ".link", targets[place]);
            Directory.CreateDirectory(folder.OnDisk($"inner/swap{place}/sub"));
            File.CreateSymbolicLink(folder.OnDisk($"inner/swap{place}.link"), place % 2 == 0 ? "../../u10" : "../../../outside");
        }
    }

    public long Swaps => Interlocked.Read(ref _swaps);

    public long Operations => Interlocked.Read(ref _operations);

    public IReadOnlyCollection<string> Escapes => _escapes;

    /// <summary>Runs until the time is over or, with <paramref name="stopAtEscape"/>, the first escape.</summary>
    public async Task RunAsync(
        Func<IFileStore> openStore, TimeSpan time, bool stopAtEscape, CancellationToken cancellationToken, int swappers = Swappers)
    {
        var clock = Stopwatch.StartNew();
        bool Go() => clock.Elapsed < time && !cancellationToken.IsCancellationRequested && !(stopAtEscape && !_escapes.IsEmpty);

        var work = new List<Task>();
        for (var i = 0; i < swappers; i++)
        {
            var seed = i;
            work.Add(Task.Factory.StartNew(() => Swap(new Dice(seed), Go), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        for (var i = 0; i < Clients; i++)
        {
            var seed = 100 + i;
            work.Add(Task.Factory.StartNew(
                () => ActAsync(openStore(), new Dice(seed), Go), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        }

        await Task.WhenAll(work);
        if (!_outside.IsUntouched)
        {
            _escapes.Enqueue("something outside was changed");
        }
    }

    private void Swap(Dice dice, Func<bool> go)
    {
        Assert.Equal(0, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(_folder.RootPath), OpenFlags.DirectoryPath, out var root));
        Assert.Equal(0, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(_folder.OnDisk("inner")), OpenFlags.DirectoryPath, out var inner));
        var names = Enumerable.Range(0, Places).Select(place => Encoding.UTF8.GetBytes("swap" + place)).ToArray();
        var links = Enumerable.Range(0, Places).Select(place => Encoding.UTF8.GetBytes($"swap{place}.link")).ToArray();
        while (go())
        {
            for (var i = 0; i < 50; i++)
            {
                var place = dice.Next(Places);
                var directory = dice.Next(4) == 0 ? inner : root;
                if (Kernel.Rename(directory, names[place], directory, links[place], Exchange) == 0)
                {
                    Interlocked.Increment(ref _swaps);
                }
            }
        }

        root.Dispose();
        inner.Dispose();
    }

    private async Task ActAsync(IFileStore store, Dice dice, Func<bool> go)
    {
        var buffer = new byte[100];
        var entries = new DirectoryEntry[20];
        var swaps = Enumerable.Range(0, Places).Select(place => "/swap" + place).ToArray();
        while (go())
        {
            var at = (dice.Next(3) == 0 ? "/inner" : "") + dice.Pick(swaps) + (dice.Next(8) == 0 ? ".link" : "");
            var name = $"made{dice.Next(4)}";
            switch (dice.Next(12))
            {
                case 0 or 1 or 2:
                    await ReadAsync(P(at + "/canary"));
                    break;
                case 3:
                    Check((await store.GetAttributesAsync(P(at + "/canary"), true)).Value.Size == Outside.SecretSize, "stat");
                    break;
                case 4:
                    await ListAsync(P(at));
                    break;
                case 5:
                    await store.MakeDirectoryAsync(P($"{at}/{name}"));
                    await store.RemoveDirectoryAsync(P($"{at}/{name}"));
                    break;
                case 6:
                    await store.RenameAsync(P($"{at}/canary"), P($"{dice.Pick(swaps)}/{name}"), replace: true);
                    await store.RenameAsync(P($"{dice.Pick(swaps)}/{name}"), P($"{at}/canary"), replace: true);
                    break;
                case 7:
                    await store.RemoveAsync(P($"{at}/{name}"));
                    break;
                case 8:
                    await store.SetAttributesAsync(P($"{at}/canary"), new AttributeChanges(ModificationTime: 77), true);
                    break;
                case 9:
                    await ReadLinkAsync(P($"{at}/{Outside.Link}"));
                    await ReadLinkAsync(P(at));
                    break;
                case 10:
                    await CopyAsync(P(at + "/canary"), P($"{dice.Pick(swaps)}/{name}"));
                    break;
                default:
                    await WriteAsync(P($"{at}/{(dice.Next(2) == 0 ? name : "canary")}"));
                    break;
            }

            Interlocked.Increment(ref _operations);
        }

        async Task ReadAsync(VaultPath path)
        {
            if ((await store.OpenAsync(path, OpenModes.Read)).Value is { } file)
            {
                await using (file)
                {
                    var read = await file.ReadAsync(0, buffer);
                    Check(buffer.AsSpan(0, read.Value).StartsWith(Encoding.UTF8.GetBytes(Outside.Secret)), "read");
                }
            }
        }

        async Task ListAsync(VaultPath path)
        {
            if ((await store.OpenDirectoryAsync(path)).Value is { } listing)
            {
                await using (listing)
                {
                    var read = await listing.ReadAsync(entries);
                    foreach (var entry in entries.AsSpan(0, read.Value))
                    {
                        Check(entry.Name.Span.SequenceEqual(Encoding.UTF8.GetBytes(Outside.Secret)), "list");
                    }
                }
            }
        }

        async Task ReadLinkAsync(VaultPath path)
        {
            var text = Encoding.UTF8.GetString((await store.ReadLinkAsync(path)).Value ?? []);
            Check(text.Contains(Outside.Secret, StringComparison.Ordinal), "readlink");
            Check(text.Contains(_folder.Base, StringComparison.Ordinal), "readlink of a path of the machine");
        }

        // copy-data: both files are opened by their paths, then the store copies between them.
        async Task CopyAsync(VaultPath source, VaultPath target)
        {
            if ((await store.OpenAsync(source, OpenModes.Read)).Value is { } from)
            {
                await using (from)
                {
                    if ((await store.OpenAsync(target, OpenModes.Read | OpenModes.Write | OpenModes.Create)).Value is { } to)
                    {
                        await using (to)
                        {
                            await from.CopyToAsync(0, buffer.Length, to, 0);
                            var read = await to.ReadAsync(0, buffer);
                            Check(buffer.AsSpan(0, read.Value).StartsWith(Encoding.UTF8.GetBytes(Outside.Secret)), "copy");
                            await to.CommitAsync();
                        }
                    }
                }
            }
        }

        async Task WriteAsync(VaultPath path)
        {
            if ((await store.OpenAsync(path, OpenModes.Write | OpenModes.Create | (dice.Next(2) == 0 ? OpenModes.Truncate : OpenModes.None))).Value is { } file)
            {
                await using (file)
                {
                    await file.WriteAsync(0, Bytes("inside"));
                    await file.CommitAsync();
                }
            }
        }

        void Check(bool escaped, string what)
        {
            if (escaped)
            {
                _escapes.Enqueue(what);
            }
        }
    }
}
