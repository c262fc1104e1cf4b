using Waybill.Core;
using Waybill.Core.Logins;
using Waybill.Core.Vaults;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Logins.</summary>
internal static class LoginsApi
{
    private const string Read = "accounts:read";
    private const string Write = "accounts:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<LoginView>>("/v1/logins", "listLogins", Read, "List logins by user name.", ListAsync, ApiPaging.With(
            ApiParameter.Text("account", "of one account only"), ApiParameter.Text("text", "the beginning of the user name"))),
        Post<LoginView>("/v1/logins", "addLogin", Write, "Add a login; it cannot connect before it has a key.", AddAsync, typeof(NewLoginBody)).Creates(),
        Get<LoginView>("/v1/logins/{login}", "showLogin", Read, "Show a login.", ShowAsync),
        Post<LoginView>("/v1/logins/{login}/suspend", "suspendLogin", Write, "Stop a login; its sessions end.", SuspendAsync, typeof(ReasonBody)),
        Post<LoginView>("/v1/logins/{login}/resume", "resumeLogin", Write, "Let a suspended login in again.", ResumeAsync),
        Put<LoginView>("/v1/logins/{login}/networks", "setNetworks", Write, "Set the networks that a login may come from, in place of those before; an empty list for anywhere.", SetNetworksAsync, typeof(NetworksBody)),
        Put<LoginView>("/v1/logins/{login}/numbers", "setLoginNumbers", Write, "Set what a customer's login may do with the numbers of its account: none, look or change.", SetNumbersAsync, typeof(LoginNumbersBody)) with
        {
            Notes = "It counts for NTSAPI and for the calls of numbers that a login's password opens, from the next command on. A login of another kind has no numbers: 409.",
        },
        Delete("/v1/logins/{login}", "removeLogin", Write, "Remove a login with its keys; its files and its audit rows stay.", RemoveAsync),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        var logins = call.Get<LoginService>();
        return ApiAnswer.Of(ApiPaging.Of(
            call.Text("text") is { } text
                ? await logins.SearchAsync(text, call.Limit, call.After, call.AccountAsked, call.Cancel)
                : await logins.ListAsync(call.AccountAsked, call.Limit, call.After, call.Cancel),
            View));
    }

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        var body = call.Body<NewLoginBody>();
        var added = await call.Get<LoginService>().AddAsync(
            new NewLogin(body.Kind ?? (body.Vendor is null ? LoginKind.Customer : LoginKind.Vendor))
            {
                UserName = body.UserName, Account = body.Account, Vendor = body.Vendor, StartDirectory = body.StartDirectory, AllowFrom = body.AllowFrom ?? [],
            },
            call.Actor, call.Cancel);
        return !added.Succeeded ? added.Problem
            : call.Get<VaultDirectories>().Ensure(added.Value) is { Succeeded: false } failed ? failed.Problem
            : ApiAnswer.Of(View(added.Value));
    }

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await call.LoginAsync(), View);

    private static ValueTask<ApiAnswer> SuspendAsync(ApiCall call) =>
        ChangeAsync(call, (logins, name) => logins.SuspendAsync(name, call.Body<ReasonBody>().Reason, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> ResumeAsync(ApiCall call) => ChangeAsync(call, (logins, name) => logins.ResumeAsync(name, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> SetNetworksAsync(ApiCall call) =>
        ChangeAsync(call, (logins, name) => logins.SetAllowedNetworksAsync(name, call.Body<NetworksBody>().AllowFrom, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> SetNumbersAsync(ApiCall call) =>
        ChangeAsync(call, (logins, name) => logins.SetNumbersAsync(name, call.Body<LoginNumbersBody>().Numbers, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call)
    {
        var removed = await ChangeAsync(call, (logins, name) => logins.RemoveAsync(name, call.Actor, call.Cancel));
        return removed.Problem is null ? ApiAnswer.Nothing : removed;
    }

    private static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, Func<LoginService, string, ValueTask<Result<Login>>> change)
    {
        var login = await call.LoginAsync();
        return login.Succeeded ? ApiAnswer.Of(await change(call.Get<LoginService>(), login.Value.UserName), View) : login.Problem;
    }

    internal static LoginView View(Login login) => new(
        login.UserName, login.Kind, login.Account, login.Vendor, login.StartDirectory?.ToString() ?? "/", [.. login.AllowFrom.Networks.Select(static network => network.ToString())],
        login.Status, login.StatusReason, login.Created, login.LastLogin, login.Numbers);

    internal sealed record LoginView(
        string UserName, LoginKind Kind, string? Account, string? Vendor, string StartDirectory, IReadOnlyList<string> AllowFrom, LoginStatus Status, string? StatusReason,
        DateTimeOffset Created, DateTimeOffset? LastLogin, NumberRight? Numbers);

    internal sealed record NewLoginBody(
        string? UserName = null, string? Account = null, LoginKind? Kind = null, string? Vendor = null, string? StartDirectory = null, IReadOnlyList<string>? AllowFrom = null);

    internal sealed record LoginNumbersBody(NumberRight Numbers);

    internal sealed record NetworksBody(IReadOnlyList<string> AllowFrom);
}
