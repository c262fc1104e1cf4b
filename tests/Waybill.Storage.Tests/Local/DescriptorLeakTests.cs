using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Runs alone: it counts the descriptors of the process.</summary>
[Collection(nameof(RunsAlone))]
public sealed class DescriptorLeakTests
{
    [Fact]
    public async Task Thousands_of_operations_and_failures_leave_no_descriptor_open()
    {
        await using var folder = new VaultFolder(
            new LocalStoreOptions { Links = true },
            new VaultFolder.RulesByFolder(("/secret", FileRights.None), ("/", FileRights.All)));
        foreach (var name in new[] { "dir", "secret" })
        {
            Directory.CreateDirectory(folder.OnDisk(name));
        }

        await folder.Store.PutAsync("/file", "content");
        File.CreateSymbolicLink(folder.OnDisk("link"), "/dir");
        File.CreateSymbolicLink(folder.OnDisk("denied"), "/secret");
        File.CreateSymbolicLink(folder.OnDisk("loop"), "loop");
        File.CreateSymbolicLink(folder.OnDisk("dangling"), "/none/x");
        string[] paths = ["/", "/file", "/dir", "/dir/new", "/none", "/none/x", "/file/x", "/link", "/link/new", "/denied", "/denied/x", "/loop", "/loop/x", "/dangling"];
        await RoundAsync(folder, paths);

        // What tests before this one have left to their finalisers would close meanwhile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = OpenDescriptors();
        for (var round = 0; round < 20; round++)
        {
            await RoundAsync(folder, paths);
        }

        // Nothing is collected in between: a descriptor that only a finaliser would close counts as leaked.
        Assert.Equal(before, OpenDescriptors());
        Assert.Empty(folder.NamesOnDisk("dir"));
    }

    // The runtime keeps the assemblies open that it loads meanwhile.
    private static int OpenDescriptors() =>
        Directory.GetFiles("/proc/self/fd").Count(static name => new FileInfo(name).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);

    private static async Task RoundAsync(VaultFolder folder, string[] paths)
    {
        var store = folder.OpenStore("/u1", new VaultFolder.RulesByFolder(("/secret", FileRights.None), ("/", FileRights.All)));
        foreach (var text in paths)
        {
            var path = P(text);
            foreach (var modes in new[]
            {
                OpenModes.Read, OpenModes.Write, OpenModes.Read | OpenModes.Write, NewContent, NewContent | OpenModes.Exclusive, OpenModes.Write | OpenModes.Append | OpenModes.Create,
            })
            {
                if ((await store.OpenAsync(path, modes)).Value is { } file)
                {
                    await file.WriteAsync(0, Bytes("content"));
                    await file.ReadAsync(0, new byte[10]);
                    await file.SetAttributesAsync(new AttributeChanges(Size: 3));
                    await (modes.HasFlag(OpenModes.Exclusive) ? file.DisposeAsync() : new ValueTask(file.CommitAsync().AsTask()));
                }
            }

            if ((await store.OpenDirectoryAsync(path)).Value is { } listing)
            {
                await listing.ReadAsync(new DirectoryEntry[3]);
                await listing.DisposeAsync();
            }

            await store.GetAttributesAsync(path, true);
            await store.GetAttributesAsync(path, false);
            await store.ReadLinkAsync(path);
            await store.ResolveAsync(path);
            await store.GetUsageAsync(path);
            await store.SetAttributesAsync(path, new AttributeChanges(ModificationTime: 1), true);
            await store.SetAttributesAsync(path, new AttributeChanges(Size: 7), true);
            await store.MakeDirectoryAsync(P(text + "/made"));
            await store.RemoveDirectoryAsync(P(text + "/made"));
            await store.MakeSymbolicLinkAsync(P(text + "/soft"), "x"u8.ToArray());
            await store.RemoveAsync(P(text + "/soft"));
            await store.MakeHardLinkAsync(path, P("/hard"));
            await store.RemoveAsync(P("/hard"));
            if (text is "/dir/new" or "/link/new")
            {
                var open = await store.OpenedAsync("/pending", NewContent);
                await store.RenameAsync(P("/pending"), P("/dir/pending"), replace: false);
                await store.RenameAsync(P("/dir/pending"), P("/pending2"), replace: false);
                await store.RemoveAsync(P("/pending2"));
                await open.CommitAsync();
                await store.RenameAsync(path, P("/dir/other"), replace: true);
                await store.RemoveAsync(P("/dir/other"));
            }
        }

        await store.DisposeAsync();
    }
}

/// <summary>Tests that no other test may run beside.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
