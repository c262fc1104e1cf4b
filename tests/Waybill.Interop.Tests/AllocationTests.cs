using System.Globalization;
using System.Text.Json;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>What the real process allocates while OpenSSH's client moves large files. With a server of its own, since the whole process is counted.</summary>
public sealed class AllocationTests
{
#if DEBUG
    // The compiler makes the state of an async method an object in a debug build, whether it waits or not: some for each of 32 requests of a MiB.
    private static long Limit(int mebibytes) => 64L * 1024 * mebibytes;
#else
    // An object of 32 bytes for each of the 32,768 requests or packets of a GiB is a MiB; a login and its session take a tenth of that.
    private static long Limit(int _) => 1024 * 1024;
#endif

    // The compiler makes the code that it finds hot again: what it takes for that is the process's, not the transfer's.
    private const int WarmUp = 256;
    private const int WarmUps = 4;

    [Theory]
    [InlineData("aes256-gcm@openssh.com", 1024)]
    [InlineData("chacha20-poly1305@openssh.com", 512)]
    [InlineData("aes128-ctr", 512)]
    public async Task Moving_a_GiB_up_and_down_allocates_less_than_a_MiB_each(string cipher, int mebibytes)
    {
        await using var server = new WaybillServer();
        await server.InitializeAsync();

        // Requests of 32 KiB: by itself the client asks for the 255 KiB that the server allows, and an eighth of the requests would show an eighth as much.
        var client = new OpenSshSftp(server) { Compat = true, MoreOptions = ["-B", "32768", "-o", $"Ciphers={cipher}", "-o", "MACs=hmac-sha2-256-etm@openssh.com"] };
        for (var i = 0; i < WarmUps; i++)
        {
            await client.PutAsync(Sparse(server, WarmUp), "/upload/warm");
            await client.GetAsync("/upload/warm", "/dev/null");
        }

        var source = Sparse(server, mebibytes);
        await AssertAllocatesLittleAsync(server, "upload", mebibytes, () => client.PutAsync(source, "/upload/large"));
        await AssertAllocatesLittleAsync(server, "download", mebibytes, () => client.GetAsync("/upload/large", "/dev/null"));
    }

    private static async Task AssertAllocatesLittleAsync(WaybillServer server, string direction, int mebibytes, Func<Task> transfer)
    {
        var before = await AllocatedAsync(server);
        await transfer();
        var allocated = await AllocatedAsync(server) - before;
        var words = $"{direction} of {mebibytes} MiB: {allocated} bytes allocated";
        TestContext.Current.TestOutputHelper?.WriteLine(words);
        Assert.True(allocated < Limit(mebibytes), words);

        // All of it came, so that a client which fetched nothing is no success; the row of a download follows it within a moment.
        await FtpsTests.WaitForAsync(async () =>
        {
            var row = JsonDocument.Parse((await server.CommandAsync("audit", "search", "--action", direction, "--limit", "1", "--json")).Output).RootElement[0];
            return row.GetRawText().Contains(((long)mebibytes << 20).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        });
    }

    private static async Task<long> AllocatedAsync(WaybillServer server) =>
        JsonDocument.Parse((await server.CommandAsync("status", "--json")).Output).RootElement.GetProperty("allocatedBytes").GetInt64();

    private static string Sparse(WaybillServer server, int mebibytes)
    {
        var path = server.Directory.Combine($"sparse-{mebibytes}");
        using var file = File.Create(path);
        file.SetLength((long)mebibytes << 20);
        return path;
    }
}
