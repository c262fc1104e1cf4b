using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Waybill.Core.Feeds;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

public sealed partial class CallDetailRecordTests(WaybillServer server)
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

        await new OpenSshSftp(server).PutAsync(source, "/upload/cdr-million.csv");
        var fetched = server.Directory.Combine("cdr-million-fetched.csv");
        await new PuttySftp(server).GetAsync("/upload/cdr-million.csv", fetched);
        Assert.Equal(await HashAsync(source), await HashAsync(fetched));
        var (lines, numbers) = (0, 0);
        await foreach (var line in File.ReadLinesAsync(fetched))
        {
            lines++;
            var columns = line.Split(',');
            Assert.Equal(Columns, columns.Length);

            // The called number, the caller's and the one that is charged, each 1-based column of the format: nobody's telephone may ring.
            foreach (var number in new[] { columns[3], columns[15], columns[30] }.Where(number => number.Length > 0))
            {
                Assert.True(DramaRanges().IsMatch(number), $"{number} is not in a range that Ofcom keeps for drama");
                numbers++;
            }
        }

        Assert.Equal(Rows, lines);
        Assert.InRange(numbers, 2 * Rows, 3 * Rows);
    }

    /// <summary>Ofcom's numbers for drama use that the generator draws from: no area, London, mobile, 03 and freephone, the last digits free.</summary>
    [GeneratedRegex(@"^(01632960\d{3}|02079460\d{3}|07700900\d{3}|0306999\d{4}|08081570\d{3})$")]
    private static partial Regex DramaRanges();

    private static async Task<string> HashAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexString(await SHA256.HashDataAsync(file));
    }
}
