using Waybill.Server.HostKeys;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>What is remembered of host keys and offers does not grow for ever.</summary>
public sealed class HostKeyLimitTests(Template template)
{
    [Fact]
    public async Task Only_the_keys_retired_last_are_remembered()
    {
        using var data = await template.CopyAsync();
        var store = new HostKeyStore(new DataDirectory(data.Root));
        var rollover = new HostKeyRollover(store, TimeProvider.System, (_, _, _) => Task.CompletedTask);
        var retired = new List<string>();
        for (var count = 0; count < HostKeyRollover.MaximumRetired + 2; count++)
        {
            retired.Add((await rollover.AddAsync("ssh-ed25519", from: null)).Sha256);
            await rollover.RetireAsync(retired[^1], sure: false);
        }

        var remembered = store.Read().Keys.Where(key => key.State == HostKeyState.Retired).Select(key => key.Sha256);
        Assert.Equal(retired[2..], remembered);
        Assert.Equal(3, store.Read().Keys.Count(key => key.State == HostKeyState.InUse));
    }

    [Fact]
    public async Task A_change_that_the_audit_does_not_take_is_not_made()
    {
        using var data = await template.CopyAsync();
        var store = new HostKeyStore(new DataDirectory(data.Root));
        var before = States(store);
        var rollover = new HostKeyRollover(store, TimeProvider.System, (_, _, _) => throw new CommandException("the disk is full"));
        await Assert.ThrowsAsync<CommandException>(() => rollover.RetireAsync(store.Read().Keys[0].Sha256, sure: true));
        Assert.Equal(before, States(store));
        using var keys = store.LoadSet();
        Assert.Equal(3, keys.Used.Count);
    }

    [Fact]
    public async Task Only_the_ports_seen_last_are_remembered()
    {
        using var data = await template.CopyAsync();
        var offers = new HostKeyOffers(new DataDirectory(data.Root));
        string[] algorithms = ["ssh-ed25519"];
        for (var port = 1; port <= HostKeyOffers.MaximumPorts + 2; port++)
        {
            var (all, changed) = offers.Compare([(port, algorithms)], DateTimeOffset.UnixEpoch.AddDays(port));
            Assert.Empty(changed);
            offers.Write(all);
        }

        Assert.Equal(Enumerable.Range(3, HostKeyOffers.MaximumPorts), offers.Read().Select(offer => offer.Port).Order());
    }

    private static IEnumerable<(string, HostKeyState)> States(HostKeyStore store) => [.. store.Read().Keys.Select(key => (key.Sha256, key.State))];
}
