using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>
/// A client that is gone in the middle of an upload publishes nothing (promises D3 and D6). Of a new file, and only of a new one, what came is kept for its login.
/// </summary>
public sealed class BrokenUploadTests(WaybillServer server)
{
    private const int Size = 50 * 1024 * 1024;

    [Fact]
    public async Task A_client_that_dies_leaves_the_old_version_whole_and_no_new_name()
    {
        var old = server.Directory.Write("broken-old.bin", RandomNumberGenerator.GetBytes(1_000_000));
        var cut = server.Directory.Write("broken-cut.bin", RandomNumberGenerator.GetBytes(Size));
        var folder = Directory.CreateDirectory(Path.Combine(server.Vault, "upload", "broken")).FullName;
        await new OpenSshSftp(server).PutAsync(old, "/upload/broken/old.bin");
        foreach (var name in new[] { "old.bin", "new.bin" })
        {
            // 80,000 Kbit/s: five seconds for the whole file.
            await using (var client = new OpenSshSftp(server).StartSlowPut(cut, "/upload/broken/" + name, "80000"))
            {
                await Transfers.WaitForTemporaryAsync(folder, Size / 10);
                await client.SignalAsync("STOP");
                Assert.Equal(["old.bin"], await new OpenSshSftp(server).ListAsync("/upload/broken"));
                client.Kill();
            }

            await WaitForTheEndAsync(folder, name == "new.bin" ? 1 : 0);
            Assert.Equal(["old.bin"], Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Where(file => !file.StartsWith(".waybill-p-", StringComparison.Ordinal)));
            Assert.Equal(Transfers.Hash(old), Transfers.Hash(Path.Combine(folder, "old.bin")));
        }

        await server.CommandAsync("audit", "verify");
    }

    private static async Task WaitForTheEndAsync(string folder, int kept)
    {
        for (var attempt = 0; attempt < 3000 && (Hidden(folder, ".waybill-*") > kept || Hidden(folder, ".waybill-p-*") < kept); attempt++)
        {
            await Task.Delay(20);
        }

        Assert.Equal((0, kept), (Hidden(folder, ".waybill-u-*") + Hidden(folder, ".waybill-t-*"), Hidden(folder, ".waybill-p-*")));
    }

    private static int Hidden(string folder, string kind) => Directory.GetFiles(folder, kind).Length;
}
