using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Billing;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Balances and ledgers, for the provider's billing: amounts are whole minor units.</summary>
internal static class BillingApi
{
    private const string Read = "billing:read";
    private const string Write = "billing:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<BalanceView>>("/v1/balances", "listBalances", Read, "List the balances of all accounts.", ListAsync, ApiPaging.With(ApiParameter.Flag("low", "only those that are low"))) with { AllAccounts = true },
        Get<BalanceView>("/v1/accounts/{number}/balance", "showBalance", Read, "Show an account's balance.", ShowAsync),
        Get<Page<LedgerLineView>>("/v1/accounts/{number}/ledger", "listLedger", Read, "List an account's entries, the latest first, each with the balance after it.", EntriesAsync, ApiPaging.Parameters),
        Put<BalanceView>("/v1/accounts/{number}/low-balance", "setLowBalance", Write, "Set below how much an account is told: its own mark, never, or as the configuration has it.", SetLowAsync, typeof(LowBalanceBody)),
        Post<PushView>("/v1/ledger", "pushEntries", Write, "Push entries of ledgers: those that are there already change nothing; all are booked, or none.", PushAsync, typeof(PushBody)) with
        {
            Notes = $"At most {BillingLimits.EntriesTogether} entries. An entry is known by its id, which is used once over all accounts; one that is there and says something else is a 409. " +
                $"Amounts are at most 2^53 minor units either way, and so are balances.",
        },
        new(HttpMethods.Post, "/v1/ledger/import", "importEntries", Write, "Push entries of ledgers as a table; all are booked, or none.", ImportAsync)
        {
            Response = typeof(PushView), Upload = "text/csv", UploadAs = ApiUploadKind.Memory, UploadSize = BillingLimits.ImportSize,
            Notes = $"The columns id, account, amount and text, and if wanted purse (funds or promo), time and source; at most {BillingLimits.ImportRows} rows and {BillingLimits.ImportSize >> 20} MiB.",
        },
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call) => ApiAnswer.Of(
        ApiPaging.Of(await call.Get<BalanceService>().ListAsync(call.Flag("low"), call.Limit, call.After, call.Cancel), balance => View(call, balance)));

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded ? ApiAnswer.Of(await call.Get<BalanceService>().ShowAsync(account.Value.Number, call.Cancel), balance => View(call, balance)) : account.Problem;
    }

    private static async ValueTask<ApiAnswer> EntriesAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(await call.Get<BalanceService>().EntriesAsync(account.Value.Number, call.Limit, call.After, call.Cancel), static page => ApiPaging.Of(page, View))
            : account.Problem;
    }

    private static async ValueTask<ApiAnswer> SetLowAsync(ApiCall call)
    {
        var (body, account) = (call.Body<LowBalanceBody>(), await call.AccountAsync());
        return !account.Succeeded ? account.Problem
            : body is { Configured: true, At: not null } ? ApiProblem.Invalid("Say either at, in minor units or null for never, or configured.")
            : ApiAnswer.Of(
                await call.Get<BalanceService>().SetLowAsync(account.Value.Number, body.Configured ? LowMark.Shared : new LowMark(IsOwn: true, body.At), call.Actor, call.Cancel),
                balance => View(call, balance));
    }

    private static async ValueTask<ApiAnswer> PushAsync(ApiCall call)
    {
        var entries = call.Body<PushBody>().Entries;
        return entries.Count > BillingLimits.EntriesTogether
            ? ApiProblem.Invalid($"There are more than {BillingLimits.EntriesTogether} entries. Send them in several pushes, or as a table to /v1/ledger/import.")
            : View(call, await call.Get<BalanceService>().PushAsync(
                [
                    .. entries.Select(static entry => new NewLedgerEntry(entry.Id, entry.Account, entry.Amount, entry.Text)
                    {
                        Purse = entry.Purse ?? Purse.Funds, Time = entry.Time, Source = entry.Source,
                    }),
                ],
                call.Actor, call.Cancel));
    }

    private static async ValueTask<ApiAnswer> ImportAsync(ApiCall call)
    {
        var entries = LedgerTable.Read(call.Body<ReadOnlyMemory<byte>>().Span);
        return entries.Succeeded ? View(call, await call.Get<BalanceService>().PushAsync(entries.Value, call.Actor, call.Cancel)) : entries.Problem;
    }

    private static ApiAnswer View(ApiCall call, Result<PushReport> pushed) =>
        ApiAnswer.Of(pushed, report => new PushView(report.Added, report.Repeated, [.. report.Balances.Select(balance => View(call, balance))]));

    private static BalanceView View(ApiCall call, Balance balance)
    {
        var options = call.Get<BalanceService>().Options;
        return new(balance.Account, balance.Funds, balance.Promo, options.Currency, options.Decimals, balance.LowAt, balance.HasOwnLow, balance.IsLow, balance.Entries, balance.Changed);
    }

    private static LedgerLineView View(LedgerEntry entry) => new(
        entry.Id, entry.Account, entry.Purse, entry.Amount, entry.Time, entry.Text, entry.Source, entry.FundsAfter, entry.PromoAfter, entry.Added, entry.AddedBy);

    internal sealed record BalanceView(
        string Account, long Funds, long Promo, string Currency, int Decimals, long? LowAt, bool HasOwnLow, bool IsLow, long Entries, DateTimeOffset? Changed);

    internal sealed record LedgerLineView(
        string Id, string Account, Purse Purse, long Amount, DateTimeOffset Time, string Text, string Source, long FundsAfter, long PromoAfter, DateTimeOffset Added, string AddedBy);

    internal sealed record PushView(int Added, int Repeated, IReadOnlyList<BalanceView> Balances);

    internal sealed record PushBody(IReadOnlyList<NewLedgerLineBody> Entries);

    internal sealed record NewLedgerLineBody(string Id, string Account, long Amount, string Text, Purse? Purse = null, DateTimeOffset? Time = null, string? Source = null);

    internal sealed record LowBalanceBody(long? At = null, bool Configured = false);
}
