using System.Buffers;
using Waybill.Server.Hosting;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Hosting;

public sealed class VaultUpkeepTests
{
    [Fact]
    public async Task The_server_removes_cut_off_uploads_within_the_hour_after_their_time()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var directory = new TemporaryDirectory();
        var vault = Directory.CreateDirectory(directory.Combine("0042")).FullName;
        await File.WriteAllTextAsync(Path.Combine(vault, ".waybill-t-00112233445566778899aabbccddeeff"), "dead", TestContext.Current.CancellationToken);
        using var vaults = new LocalVaults(directory.FullName, new LocalStoreOptions { Durability = Durability.Rename, Time = clock });
        await using var upkeep = VaultUpkeep.Start(vaults, clock);
        await upkeep.WalkedAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(Directory.GetFiles(vault));

        await using (var store = vaults.OpenStore(VaultPath.Parse("/0042"), new EveryRight(), "l1").Value!)
        {
            var file = (await store.OpenAsync(VaultPath.Parse("/a"), OpenModes.Write | OpenModes.Create | OpenModes.Truncate)).Value!;
            Assert.Equal(StoreError.None, await file.WriteAsync(0, new ReadOnlySequence<byte>("half"u8.ToArray())));
        }

        Assert.Equal(".waybill-p-l1-a", Path.GetFileName(Assert.Single(Directory.GetFiles(vault))));
        clock.Advance(TimeSpan.FromHours(25));
        for (var tries = 0; Directory.GetFiles(vault).Length > 0; tries++)
        {
            Assert.True(tries < 600, "the partial is left");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private sealed class EveryRight : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }
}
