using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>A vendor delivers into a customer's vault, of which it sees its own subtree alone.</summary>
public sealed class VendorTests(WaybillServer server)
{
    private const string Vendor = WaybillServer.User + "-acme";

    [Fact]
    public async Task A_vendor_sees_its_subtree_as_the_root_and_the_customer_fetches_what_it_delivered()
    {
        var key = server.Directory.Combine("id_vendor");
        await WaybillServer.RequireAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "acme", "-f", key]);
        await server.CommandAsync("login", "add", "--account", WaybillServer.User, "--vendor", "acme");
        await server.CommandAsync("key", "add", Vendor, key + ".pub");
        await File.WriteAllTextAsync(Path.Combine(server.Vault, "cdr", "secret.csv"), "the customer's");
        var vendor = new OpenSshSftp(server) { User = Vendor, Key = key };
        var customer = new OpenSshSftp(server);

        Assert.Equal(["processed", "rejected", "usage"], await vendor.ListAsync("/"));
        var stolen = server.Directory.Combine("stolen.csv");
        foreach (var path in new[] { "/cdr/secret.csv", "/../../cdr/secret.csv", "../../cdr/secret.csv", "/vendors/acme/../../cdr/secret.csv" })
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => vendor.GetAsync(path, stolen));
            Assert.Contains("not found", refused.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(stolen), path);
        }

        var delivery = server.Directory.Write("delivery.csv", RandomNumberGenerator.GetBytes(300_000));
        await vendor.PutAsync(delivery, "/usage/delivery.csv");
        Assert.Equal(Transfers.Hash(delivery), Transfers.Hash(Path.Combine(server.Vault, "vendors", "acme", "usage", "delivery.csv")));

        var fetched = server.Directory.Combine("delivery-fetched.csv");
        await customer.GetAsync("/vendors/acme/usage/delivery.csv", fetched);
        Assert.Equal(Transfers.Hash(delivery), Transfers.Hash(fetched));
        await Assert.ThrowsAsync<InvalidOperationException>(() => customer.PutAsync(delivery, "/vendors/acme/usage/forged.csv"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => customer.RemoveAsync("/vendors/acme/usage/delivery.csv"));
        Assert.Equal(["delivery.csv"], Directory.GetFiles(Path.Combine(server.Vault, "vendors", "acme", "usage")).Select(Path.GetFileName));
    }
}
