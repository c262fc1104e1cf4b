using Waybill.Sftp.Tests.Support;
using Waybill.TestKit.Sftp;

namespace Waybill.Sftp.Tests;

[Collection(nameof(Alone))]
public sealed class LongListingTests
{
    [Fact]
    public async Task A_hundred_thousand_entries_stream_in_flat_memory()
    {
        await using var harness = await SftpHarness.StartAsync(store: new LongDirectoryStore(100_000, nameLength: 40));
        var handle = await harness.OpenDirAsync("/");
        var (seen, most) = (0, 0L);
        for (SftpReply reply; (reply = await harness.Client.ReadDirAsync(handle)).Type == SftpPacket.Name;)
        {
            if (seen % 20_000 == 0)
            {
                var held = GC.GetTotalMemory(forceFullCollection: true);
                most = seen == 0 ? held + 4_000_000 : most;
                Assert.InRange(held, 0, most);
            }

            seen += reply.Names.Count;
        }

        Assert.Equal(100_000, seen);
    }
}
