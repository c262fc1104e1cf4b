using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Server.Hosting;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.Hosting;

public sealed class KeysOnlyBannerTests(Template template)
{
    [Fact]
    public async Task Rows_that_somebody_has_damaged_cost_the_banner_and_neither_start_nor_stop()
    {
        using var data = await template.CopyAsync();
        await using var installation = Installation.Open(new DataDirectory(data.Root));
        Assert.True((await installation.Audit.AppendAsync(
            new AuditEntry(AuditActions.LogIn, Actor.Login(Template.User, "192.0.2.1", "c1")), TestContext.Current.CancellationToken)).Succeeded);
        data.Sql($"DROP TRIGGER audit_is_append_only_update; UPDATE audit SET time = {long.MaxValue} WHERE action = '{AuditActions.LogIn}'");

        var banner = new KeysOnlyBanner(installation.Directory, supportMail: null, TimeProvider.System, NullLogger.Instance);
        await banner.StartAsync();
        await banner.DisposeAsync();
    }
}
