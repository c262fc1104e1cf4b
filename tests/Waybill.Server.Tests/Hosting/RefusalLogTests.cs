using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core.Audit;
using Waybill.Net.Gate;
using Waybill.Server.Hosting;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.Hosting;

public sealed class RefusalLogTests(Template template)
{
    [Fact]
    public async Task A_flood_from_everywhere_leaves_200_rows_and_the_last_one_says_so()
    {
        using var data = await template.CopyAsync();
        await using (var installation = Installation.Open(new DataDirectory(data.Root)))
        {
            var log = new RefusalLog(installation, NullLogger.Instance);
            for (var count = 0; count < 2 * RefusalLog.MaximumRows; count++)
            {
                log.Record(GateRefusal.Rate, SourceNetwork.Of(new IPAddress([10, 0, (byte)(count / 200), (byte)(count % 200)])));
                log.Record(GateRefusal.Rate, SourceNetwork.Of(new IPAddress([10, 0, 0, 0])));
            }
        }

        await using var again = Installation.Open(new DataDirectory(data.Root));
        var rows = (await again.Audit.SearchAsync(new AuditQuery { Action = AuditActions.LogInRefused, Size = 1000 })).Items;
        Assert.Equal(RefusalLog.MaximumRows, rows.Count);
        Assert.EndsWith("further refusals in this minute are not recorded", rows[0].Detail, StringComparison.Ordinal);
        Assert.All(rows.Skip(1), row => Assert.EndsWith("(Limits:UnauthenticatedPerSecond)", row.Detail, StringComparison.Ordinal));
        Assert.Equal(rows.Count, rows.Select(row => row.Address).Distinct().Count());
    }
}
