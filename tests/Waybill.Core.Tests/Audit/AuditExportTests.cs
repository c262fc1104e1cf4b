using Waybill.Core.Audit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditExportTests
{
    [Fact]
    public async Task Who_exports_rows_stands_among_them_with_the_filter()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var query = new AuditQuery { Account = "10042", Text = "a secret", From = core.Time.GetUtcNow().AddDays(-1) };
        var export = (await AuditExport.BeginAsync(core.Services.Audit, query, Actor.Operator("ann"))).Get();
        using var output = new StringWriter();
        await export.WriteAsync(output);
        Assert.Single(output.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        var row = Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = "audit-exported" })).Items);
        Assert.Equal(("ann", $"text a secret, account 10042, from {query.From:u}"), (row.Actor, row.Detail));

        // An export of everything holds itself.
        await (await AuditExport.BeginAsync(core.Services.Audit, new AuditQuery(), Actor.Operator("bob"))).Get().WriteAsync(output);
        Assert.Contains("\"all rows\"", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_row_nothing_is_exported()
    {
        await using var core = await TestCore.CreateAsync();
        core.Tamper("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;");
        Assert.Equal(ProblemKind.Unusable, (await AuditExport.BeginAsync(core.Services.Audit, new AuditQuery(), TestCore.Operator)).Problem?.Kind);
    }
}
