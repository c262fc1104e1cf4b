using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;

namespace Waybill.Core.Tests.Vaults;

public sealed class OpenVaultsTests
{
    [Fact]
    public async Task As_many_are_in_use_as_a_session_has_handles_and_the_idle_ones_used_last_stay()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042");
        await using var stores = new OpenVaults((_, _) => new(StoreError.None, vaults.Open(ProviderVaults.Publisher)));
        List<OpenVaults.Lease> leases = [];
        for (var i = 0; i < OpenVaults.Maximum; i++)
        {
            leases.Add(stores.Rent(VaultPath.Parse($"/{i}"), ProviderVaults.Publisher).Value!);
        }

        Assert.Equal(StoreError.TooManyOpenFiles, stores.Rent(VaultPath.Parse("/more"), ProviderVaults.Publisher).Error);
        var second = stores.Rent(VaultPath.Parse("/0"), ProviderVaults.Publisher).Value!;
        Assert.Same(leases[0].Store, second.Store);

        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
            await lease.DisposeAsync();
        }

        // The first is still in use; of the others the last stay.
        Assert.Equal(OpenVaults.MaximumIdle + 1, stores.Count);
        await using var last = stores.Rent(VaultPath.Parse($"/{OpenVaults.Maximum - 1}"), ProviderVaults.Publisher).Value!;
        Assert.Same(leases[^1].Store, last.Store);
        await using var gone = stores.Rent(VaultPath.Parse("/1"), ProviderVaults.Publisher).Value!;
        Assert.NotSame(leases[1].Store, gone.Store);
        Assert.Equal(StoreError.BadHandle, await leases[1].Store.RemoveAsync(VaultPath.Parse("/accounts/10042/cdr/x")));
        Assert.Equal(StoreError.NotFound, await second.Store.RemoveAsync(VaultPath.Parse("/accounts/10042/cdr/x")));
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_comes_after_the_end_gets_nothing()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042");
        var stores = new OpenVaults((_, _) => new(StoreError.None, vaults.Open(ProviderVaults.Publisher)));
        var lease = stores.Rent(VaultPath.Parse("/1"), ProviderVaults.Publisher).Value!;
        await stores.DisposeAsync();
        await lease.DisposeAsync();
        Assert.Equal(0, stores.Count);
        Assert.Equal(StoreError.BadHandle, stores.Rent(VaultPath.Parse("/1"), ProviderVaults.Publisher).Error);
    }
}
