using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>Keys as customers make and send them, each by its own maker.</summary>
public sealed class KeyTypeTests(WaybillServer server)
{
    [Theory]
    [InlineData("rsa", "3072")]
    [InlineData("ecdsa", "256")]
    public async Task A_key_of_ssh_keygen_logs_in(string type, string bits)
    {
        var key = server.Directory.Combine($"id_{type}");
        await WaybillServer.RequireAsync("ssh-keygen", ["-q", "-t", type, "-b", bits, "-N", "", "-C", "key types", "-f", key]);
        await server.CommandAsync("key", "add", WaybillServer.User, key + ".pub");
        await Transfers.RoundTripAsync(server, new OpenSshSftp(server) { Key = key }, $"key-{type}.csv");
    }

    [Fact]
    public async Task An_rsa_key_of_puttygen_logs_in_after_its_public_key_came_as_puttygen_saves_it()
    {
        var key = server.Directory.Combine("rsa.ppk");
        await WaybillServer.RequireAsync("puttygen",
            ["-q", "-t", "rsa", "-b", "3072", "-C", "Müller, laptop", "--new-passphrase", server.Directory.Write("no-passphrase", ""), "-o", key]);
        await WaybillServer.RequireAsync("puttygen", [key, "-O", "public", "-o", key + ".pub"]);
        Assert.StartsWith("---- BEGIN SSH2 PUBLIC KEY ----", await File.ReadAllTextAsync(key + ".pub"), StringComparison.Ordinal);
        await server.CommandAsync("key", "add", WaybillServer.User, key + ".pub");
        await Transfers.RoundTripAsync(server, new PuttySftp(server) { Key = key }, "key-ppk.csv");
    }

    [Fact]
    public async Task A_key_that_was_revoked_is_refused_and_one_that_was_never_added_too()
    {
        var key = server.Directory.Combine("id_revoked");
        await WaybillServer.RequireAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "revoked", "-f", key]);
        var client = new OpenSshSftp(server) { Key = key };
        var stranger = await Assert.ThrowsAsync<InvalidOperationException>(() => client.ListAsync("/upload"));
        Assert.Contains("Permission denied (publickey).", stranger.Message, StringComparison.Ordinal);

        await server.CommandAsync("key", "add", WaybillServer.User, key + ".pub");
        await client.ListAsync("/upload");

        var fingerprint = (await WaybillServer.RequireAsync("ssh-keygen", ["-l", "-f", key])).Split(' ')[1];
        await server.CommandAsync("key", "revoke", WaybillServer.User, fingerprint, "--reason", "laptop lost");
        var revoked = await Assert.ThrowsAsync<InvalidOperationException>(() => client.ListAsync("/upload"));
        Assert.Contains("Permission denied (publickey).", revoked.Message, StringComparison.Ordinal);
    }
}
