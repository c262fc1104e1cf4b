using Waybill.Core;
using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Accounts.</summary>
internal static class AccountsApi
{
    private const string Read = "accounts:read";
    private const string Write = "accounts:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<AccountView>>("/v1/accounts", "listAccounts", Read, "List accounts by number.", ListAsync, ApiPaging.With(ApiParameter.Text("text", "beginnings of words of the number or the name"))),
        Post<AccountView>("/v1/accounts", "addAccount", Write, "Add an account and make its vault.", AddAsync, typeof(NewAccountBody)).Creates(),
        Get<AccountView>("/v1/accounts/{number}", "showAccount", Read, "Show an account.", ShowAsync),
        Post<AccountView>("/v1/accounts/{number}/change", "changeAccount", Write, "Change an account's name, e-mail address, language and time zone; what is left out stays, and an empty text takes address or time zone away.", ChangeAsync, typeof(AccountChangeBody)),
        Put<AccountView>("/v1/accounts/{number}/region", "setAccountRegion", Write, "Set which of the public host names an account is told; null for all.", SetRegionAsync, typeof(RegionBody)),
        Post<AccountView>("/v1/accounts/{number}/suspend", "suspendAccount", Write, "Stop all logins of an account; its sessions end, its files stay.", SuspendAsync, typeof(ReasonBody)),
        Post<AccountView>("/v1/accounts/{number}/resume", "resumeAccount", Write, "Let a suspended account's logins in again.", ResumeAsync),
        Post<AccountView>("/v1/accounts/{number}/close", "closeAccount", Write, "Close an account: its logins stop for good, its files stay until retention removes them.", CloseAsync, typeof(ReasonBody)),
        Get<PortalFilesView>("/v1/accounts/{number}/portal-files", "showPortalFiles", Read, "Show what the portal does with an account's files.", ShowFilesAsync),
        Put<PortalFilesView>("/v1/accounts/{number}/portal-files", "setPortalFiles", Write, "Set it: off, read, read-write, or provider for what the provider's configuration says.", SetFilesAsync, typeof(PortalFilesBody)),
        Get<Page<AccountVendorView>>("/v1/accounts/{number}/vendors", "listVendors", Read, "List an account's vendors with what each delivered last.", ListVendorsAsync, ApiPaging.Parameters),
        Get<Page<QuotaView>>("/v1/quotas", "listQuotas", Read, "List what all accounts and logins store and may store.", ListQuotasAsync, ApiPaging.Parameters) with { AllAccounts = true },
        Get<Page<QuotaView>>("/v1/accounts/{number}/quotas", "showQuotas", Read, "Show what an account stores and may store, and its logins.", ShowQuotasAsync),
        Put<QuotaView>("/v1/accounts/{number}/quota", "setAccountQuota", Write, "Set what an account may store; null for no limit.", SetQuotaAsync, typeof(QuotaBody)),
        Put<QuotaView>("/v1/logins/{login}/quota", "setLoginQuota", Write, "Set what a login may store; null for no limit.", SetLoginQuotaAsync, typeof(QuotaBody)),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        if (call.Text("text") is { } text)
        {
            return ApiAnswer.Of(ApiPaging.Of(await call.Get<AccountService>().SearchAsync(text, call.Limit, call.After, call.Token.Account, call.Cancel), View));
        }

        if (call.Token.Account is { } only)
        {
            return ApiAnswer.Of(await call.AccountAsync(only), static account => new Page<AccountView>([View(account)], null));
        }

        return ApiAnswer.Of(ApiPaging.Of(await call.Get<AccountService>().ListAsync(call.Limit, call.After, call.Cancel), View));
    }

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        var body = call.Body<NewAccountBody>();
        var added = await call.Get<AccountService>().AddAsync(
            new NewAccount(body.Number, body.Name) { Email = body.Email, Parent = body.Parent, Region = body.Region, TimeZone = body.TimeZone, Language = body.Language ?? "en" },
            call.Actor, call.Cancel);
        return !added.Succeeded ? added.Problem
            : call.Get<VaultDirectories>().Ensure(added.Value) is { Succeeded: false } failed ? failed.Problem
            : ApiAnswer.Of(View(added.Value));
    }

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await call.AccountAsync(), View);

    private static ValueTask<ApiAnswer> ChangeAsync(ApiCall call)
    {
        var body = call.Body<AccountChangeBody>();
        return ChangeAsync(call, (accounts, number) => accounts.ChangeAsync(
            number, new AccountChange { Name = body.Name, Email = body.Email, Language = body.Language, TimeZone = body.TimeZone }, call.Actor, call.Cancel));
    }

    private static ValueTask<ApiAnswer> SetRegionAsync(ApiCall call) =>
        ChangeAsync(call, (accounts, number) => accounts.SetRegionAsync(number, call.Body<RegionBody>().Region, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> SuspendAsync(ApiCall call) =>
        ChangeAsync(call, (accounts, number) => accounts.SuspendAsync(number, call.Body<ReasonBody>().Reason, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> ResumeAsync(ApiCall call) => ChangeAsync(call, (accounts, number) => accounts.ResumeAsync(number, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> CloseAsync(ApiCall call) =>
        ChangeAsync(call, (accounts, number) => accounts.CloseAsync(number, call.Body<ReasonBody>().Reason, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, Func<AccountService, string, ValueTask<Result<Account>>> change)
    {
        var account = await call.AccountAsync();
        return account.Succeeded ? ApiAnswer.Of(await change(call.Get<AccountService>(), account.Value.Number), View) : account.Problem;
    }

    private static async ValueTask<ApiAnswer> ShowFilesAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded ? ApiAnswer.Of(await FilesAsync(call, account.Value.Number)) : account.Problem;
    }

    private static async ValueTask<ApiAnswer> SetFilesAsync(ApiCall call)
    {
        var word = call.Body<PortalFilesBody>().PortalFiles;
        var set = PortalAccess.Parse(word);
        if (set is null && word != "provider")
        {
            return ApiProblem.Invalid("portalFiles is one of off, read, read-write, provider.");
        }

        var account = await call.AccountAsync();
        if (!account.Succeeded)
        {
            return account.Problem;
        }

        var done = await call.Get<PeopleServices>().Access.SetFilesAsync(account.Value.Number, set, call.Actor, call.Cancel);
        return done.Succeeded ? ApiAnswer.Of(await FilesAsync(call, account.Value.Number)) : done.Problem;
    }

    private static async ValueTask<PortalFilesView> FilesAsync(ApiCall call, string number) =>
        new(number, PortalAccess.WordOf(await call.Get<PeopleServices>().Access.FilesOfAsync(number, call.Cancel)));

    private static async ValueTask<ApiAnswer> ListVendorsAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(ApiPaging.Of(
                await call.Get<AccountVendors>().ListAsync(new AccountAccess(account.Value.Number, null, IsView: false), call.Limit, call.After, call.Cancel),
                static vendor => new AccountVendorView(vendor.Login.Vendor!, LoginsApi.View(vendor.Login), vendor.Latest, vendor.IsOwnSuspension)))
            : account.Problem;
    }

    private static async ValueTask<ApiAnswer> ListQuotasAsync(ApiCall call) =>
        ApiAnswer.Of(ApiPaging.Of(await call.Get<QuotaService>().ListAsync(call.Limit, call.After, call.Cancel), View));

    private static async ValueTask<ApiAnswer> ShowQuotasAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(await call.Get<QuotaService>().OfAccountAsync(account.Value.Number, call.Cancel), static quotas => ApiPaging.Whole(quotas.Select(View)))
            : account.Problem;
    }

    private static async ValueTask<ApiAnswer> SetQuotaAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(await call.Get<QuotaService>().SetForAccountAsync(account.Value.Number, call.Body<QuotaBody>().Change, call.Actor, call.Cancel), View)
            : account.Problem;
    }

    private static async ValueTask<ApiAnswer> SetLoginQuotaAsync(ApiCall call)
    {
        var login = await call.LoginAsync();
        return login.Succeeded
            ? ApiAnswer.Of(await call.Get<QuotaService>().SetForLoginAsync(login.Value.UserName, call.Body<QuotaBody>().Change, call.Actor, call.Cancel), View)
            : login.Problem;
    }

    private static AccountView View(Account account) => new(
        account.Number, account.Name, account.Status, account.StatusReason, account.Email, account.Parent, account.Language, account.TimeZone, account.Region, account.Created);

    private static QuotaView View(Quota quota) => new(
        quota.Account, quota.Login, quota.Stored.Bytes, quota.Limits.Bytes, quota.Stored.Files, quota.Limits.Files, quota.Percent);

    internal sealed record AccountView(
        string Number, string Name, AccountStatus Status, string? StatusReason, string? Email, string? Parent, string Language, string? TimeZone, string? Region, DateTimeOffset Created);

    internal sealed record NewAccountBody(string Number, string Name, string? Email = null, string? Parent = null, string? Region = null, string? TimeZone = null, string? Language = null);

    internal sealed record AccountChangeBody(string? Name = null, string? Email = null, string? Language = null, string? TimeZone = null);

    internal sealed record RegionBody(string? Region);

    internal sealed record PortalFilesView(string Account, string PortalFiles);

    internal sealed record PortalFilesBody(string PortalFiles);

    internal sealed record AccountVendorView(string Vendor, LoginsApi.LoginView Login, IReadOnlyList<NewFile> Latest, bool IsOwnSuspension);

    internal sealed record QuotaView(string Account, string? Login, long Bytes, long? MaximumBytes, long Files, long? MaximumFiles, int? Percent);

    internal sealed record QuotaBody(long? MaximumBytes, long? MaximumFiles)
    {
        public Storage.Quotas.QuotaLimits Change(Storage.Quotas.QuotaLimits before) => before with { Bytes = MaximumBytes, Files = MaximumFiles };
    }
}
