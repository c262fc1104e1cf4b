using System.Security.Cryptography;
using Waybill.Core.Feeds;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

public sealed class CallDetailRecordTests(WaybillServer server)
{
    private const int Rows = 1_000_000;
    private const int Columns = 42;

    [Fact]
    public async Task A_million_call_detail_records_go_up_with_sftp_and_come_down_with_psftp_unchanged()
    {
        var source = server.Directory.Combine("cdr-million.csv");
        await using (var file = File.Create(source))
        {
            new UkStandardCdr(20261120, WaybillServer.User, new DateOnly(2026, 11, 20)).Write(file, Rows);
        }

        await new Sftp(server).PutAsync(source, "/upload/cdr-million.csv");
        var fetched = server.Directory.Combine("cdr-million-fetched.csv");
        await new PuttySftp(server).GetAsync("/upload/cdr-million.csv", fetched);
        Assert.Equal(await HashAsync(source), await HashAsync(fetched));
        var lines = 0;
        await foreach (var line in File.ReadLinesAsync(fetched))
        {
            lines++;
            Assert.Equal(Columns, line.AsSpan().Count(',') + 1);
        }

        Assert.Equal(Rows, lines);
    }

    private static async Task<string> HashAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexString(await SHA256.HashDataAsync(file));
    }
}
