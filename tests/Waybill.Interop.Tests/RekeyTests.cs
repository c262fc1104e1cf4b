using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit.Ssh;

namespace Waybill.Interop.Tests;

/// <summary>Real clients that ask for new keys all the time, against the real server (security test T06).</summary>
public sealed class RekeyTests(WaybillServer server)
{
    private const int Limit = 32 * 1024;

    [Theory]
    [InlineData("curve25519-sha256")]
    [InlineData("curve25519-sha256@libssh.org")]
    [InlineData("ecdh-sha2-nistp256")]
    [InlineData("ecdh-sha2-nistp384")]
    [InlineData("ecdh-sha2-nistp521")]
    [InlineData("diffie-hellman-group14-sha256")]
    [InlineData("diffie-hellman-group16-sha512")]
    public async Task OpenSSH_renews_its_keys_every_32_KiB_with_every_cipher_and_MAC(string method)
    {
        // Two small requests on the way, for else the server has sent everything before it meets the client's KEXINIT. A 4,096-bit exponentiation takes its time.
        var size = (method.Contains("group", StringComparison.Ordinal) ? 4 : 10) * Limit;
        foreach (var (cipher, mac) in RawAlgorithms.Pairs)
        {
            string[] options = ["-R", "2", "-B", "16384", "-v", "-o", $"KexAlgorithms={method}", "-o", $"Ciphers={cipher}", .. mac is null ? (string[])[] : ["-o", $"MACs={mac}"]];
            await RoundTripAsync($"{method}-{cipher}-{mac}", size, Limit, [.. options, "-o", $"RekeyLimit={Limit}"]);
        }
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes128-ctr")]
    public async Task A_limit_of_16_bytes_still_makes_progress(string cipher) =>
        await RoundTripAsync("tiny-" + cipher, 2_000, 1_000, ["-v", "-o", $"Ciphers={cipher}", "-o", "RekeyLimit=16"]);

    [Fact]
    public async Task Psftp_renews_its_keys_every_MiB_in_the_middle_of_its_transfers()
    {
        const int Rekeys = 10;
        var sessions = Directory.CreateDirectory(server.Directory.Combine(".putty", "sessions")).FullName;
        await File.WriteAllTextAsync(Path.Combine(sessions, "rekey"), "Protocol=ssh\nRekeyBytes=1M\n", TestContext.Current.CancellationToken);
        var client = new PuttySftp(server) { Session = "rekey" };
        await AssertEqualAsync("psftp", Rekeys << 20, async (source, remote, fetched) =>
        {
            await client.PutAsync(source, remote);
            AssertRekeyed();
            await client.GetAsync(remote, fetched);
            AssertRekeyed();
        });

        void AssertRekeyed() => Assert.InRange(client.LastErrorOutput.Split("Initiating key re-exchange").Length - 1, Rekeys / 2, Rekeys * 3);
    }

    /// <summary>Both ways over one connection, with new keys at least at every second limit that each way passes.</summary>
    private Task RoundTripAsync(string name, int size, int limit, IReadOnlyList<string> options) =>
        AssertEqualAsync(name, size, async (source, remote, fetched) =>
        {
            var client = new OpenSshSftp(server) { Compat = true, MoreOptions = options };
            await client.PutAndGetAsync(source, remote, fetched);
            var rekeys = client.LastErrorOutput.Split("SSH2_MSG_NEWKEYS received").Length - 2;
            Assert.True(rekeys >= size / limit, $"{name}: {rekeys} rekeys");
        });

    /// <summary>The same bytes here, at the server and fetched.</summary>
    private async Task AssertEqualAsync(string name, int size, Func<string, string, string, Task> transfer)
    {
        name = "rekey-" + name.Replace('@', '-');
        var source = server.Directory.Write(name, RandomNumberGenerator.GetBytes(size));
        var fetched = source + ".fetched";
        var stored = Path.Combine(server.Vault, "upload", name);
        await transfer(source, "/upload/" + name, fetched);
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(stored));
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(fetched));
        File.Delete(source);
        File.Delete(fetched);
        File.Delete(stored);
    }
}
