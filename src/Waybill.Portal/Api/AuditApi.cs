using Waybill.Core;
using Waybill.Core.Audit;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>The audit log.</summary>
internal static class AuditApi
{
    private const string Read = "audit:read";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<AuditRecord>>("/v1/audit", "searchAudit", Read, "Find rows of the audit log, the newest first.", SearchAsync, ApiPaging.With(
            ApiParameter.Text("text", "text in a row's subject, detail, address or connection"), ApiParameter.Text("account", "of one account"), ApiParameter.Text("actor", "by one login, person, operator or token"),
            ApiParameter.Text("action", "as upload, login, login-refused, key-added"), ApiParameter.Time("from", "not before"), ApiParameter.Time("until", "before"), ApiParameter.Flag("oldestFirst", "in the order in which it happened"))),
        Get<AuditVerification>("/v1/audit/verification", "verifyAudit", Read, "Check that no row was edited, removed, reordered or cut off, and that the database is not an old copy.", VerifyAsync) with { AllAccounts = true, TakesLong = true },
    ];

    private static async ValueTask<ApiAnswer> SearchAsync(ApiCall call) => ApiAnswer.Of(call.Text("account") is { } asked && !call.Sees(asked)
        ? new Page<AuditRecord>([], null)
        : await call.Get<AuditLog>().SearchAsync(
            new AuditQuery
            {
                Text = call.Text("text"), Account = call.AccountAsked, Actor = call.Text("actor"), Action = call.Text("action"), From = call.Time("from"), Until = call.Time("until"),
                OldestFirst = call.Flag("oldestFirst"), Size = call.Limit, After = call.After,
            },
            call.Cancel));

    private static async ValueTask<ApiAnswer> VerifyAsync(ApiCall call) => ApiAnswer.Of(await call.Get<AuditLog>().VerifyAsync(call.Cancel));
}
