using System.Globalization;
using Microsoft.AspNetCore.Http;
using Waybill.Core.Accounts;
using Waybill.Core.Billing;
using Waybill.Core.Logins;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>
/// An account as its own programs ask for it, with a login's user name and password. Addresses and names are those that resellers' programs know from providers of numbers
/// (docs/operations/balance.md says what of it is ours); none of these calls changes anything.
/// </summary>
internal static class AccountApi
{
    /// <summary>What is said where no file tells of calls.</summary>
    private const string NoCalls = "No CDRS";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<ServicesView>("/v1/account/services", "accountServices", "", "Say what the login opens, and which account it is of.", ServicesAsync).ForLogins(),
        Get<DetailView>("/v1/account/detail/{number}", "accountDetail", "", "Show the account's name and address of mail.", DetailAsync).ForLogins(),
        Get<OwnBalanceView>("/v1/account/balance/{number}", "accountBalance", "", "Show the account's balance: numbers in the provider's currency, with all its decimal places.", BalanceAsync).ForLogins(),
        Get<IReadOnlyList<CallView>>("/v1/account/cdrs/{number}", "accountCdrs", "", "List the last calls of the newest call detail file.", CallsAsync).ForLogins() with
        {
            Notes = $"At most {BillingLimits.Calls}, the latest first, as they stand in the newest file of the feed cdr that is in the UK Standard CDR format. 400 where there is none.",
        },
    ];

    private static ValueTask<ApiAnswer> ServicesAsync(ApiCall call) =>
        new(ApiAnswer.Of(new ServicesView(call.Login.Numbers is NumberRight.None ? ["MACCOUNT"] : ["MACCOUNT", "NTSAPIUSER"], [call.Login.Account!])));

    private static ValueTask<ApiAnswer> DetailAsync(ApiCall call) => WithOwnAsync(call, async number =>
        ApiAnswer.Of(await call.Get<AccountService>().FindAsync(number, call.Cancel), static account => new DetailView(
            account.Number, account.Name, account.Name, "", "", "", account.Email ?? "", account.Status)));

    private static ValueTask<ApiAnswer> BalanceAsync(ApiCall call) => WithOwnAsync(call, async number =>
    {
        var balances = call.Get<BalanceService>();
        return ApiAnswer.Of(await balances.ShowAsync(number, call.Cancel), balance => new OwnBalanceView(balances.Options.Value(balance.Funds), balances.Options.Value(balance.Promo)));
    });

    private static ValueTask<ApiAnswer> CallsAsync(ApiCall call) => WithOwnAsync(call, async number =>
    {
        var calls = await call.Get<LastCalls>().ReadAsync(number, call.Cancel);
        return calls is { Succeeded: true, Value.Count: 0 } ? ApiProblem.Of(StatusCodes.Status400BadRequest, NoCalls) : ApiAnswer.Of(calls, static all => all.Select(View).ToList());
    });

    /// <summary>The account of the path is the login's own, or the answer is that of a wrong password: which accounts there are is nobody's business.</summary>
    private static async ValueTask<ApiAnswer> WithOwnAsync(ApiCall call, Func<string, ValueTask<ApiAnswer>> show) =>
        call.Sees(call.Path("number")) ? await show(call.Login.Account!) : BasicLogin.Wrong;

    private static CallView View(CallRecord call) => new(
        call.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), call.Time.ToString("HH:mm:ss", CultureInfo.InvariantCulture), call.From, call.Dialled, call.Country, call.Dialled,
        call.Description, call.Seconds, call.Price);

    internal sealed record ServicesView(IReadOnlyList<string> Permissions, IReadOnlyList<string> Accounts);

    internal sealed record DetailView(string Account, string Name, string Company, string Addr1, string Vat, string Label, string Email, AccountStatus Status);

    internal sealed record OwnBalanceView(decimal Funds, decimal Promofunds);

    internal sealed record CallView(
        string Calldate, string Calltime, string Anumber, string Bnumber, string Origination, string Dialled, string Destination, int Duration, decimal Debit);
}
