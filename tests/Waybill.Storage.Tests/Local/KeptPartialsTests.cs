using System.Text;
using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Tests.Local;

/// <summary>What the program remembers of kept partials, so that it need not look for them.</summary>
public sealed class KeptPartialsTests
{
    private const string Kept = ".waybill-p-l1-a";

    [Fact]
    public async Task One_that_another_session_has_put_in_the_place_of_one_that_went_is_not_forgotten_with_it()
    {
        await using var folder = new VaultFolder();
        Assert.Equal(Errno.None, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(folder.VaultsPath), OpenFlags.DirectoryPath, out var vaults));
        Assert.Equal(Errno.None, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(folder.RootPath), OpenFlags.DirectoryPath, out var directory));
        using (vaults)
        using (directory)
        {
            var partials = new KeptPartials(vaults, new LocalStoreOptions { Durability = Durability.Rename });
            partials.Complete();
            await KeepAsync("gone");
            File.Delete(folder.OnDisk(Kept));
            await KeepAsync("there");
            partials.Forget(directory, Encoding.ASCII.GetBytes(Kept), "l1");
            Assert.True(partials.MayHave("l1"));
            Assert.Equal(new PartialUsage(1, 5), partials.UsageOf(VaultPath.Parse("/u1")));
            File.Delete(folder.OnDisk(Kept));
            partials.Forget(directory, Encoding.ASCII.GetBytes(Kept), "l1");
            Assert.False(partials.MayHave("l1"));

            async Task KeepAsync(string content)
            {
                await File.WriteAllTextAsync(folder.OnDisk("temporary"), content, TestContext.Current.CancellationToken);
                Assert.Equal(Errno.None, Kernel.OpenName(directory, "temporary"u8, OpenFlags.ExistingFile, 0, out var file));
                using (file)
                {
                    Assert.True(partials.Keep(directory, "temporary"u8, Encoding.ASCII.GetBytes(Kept), "l1", file, partials.NextOrder()));
                }
            }
        }
    }
}
