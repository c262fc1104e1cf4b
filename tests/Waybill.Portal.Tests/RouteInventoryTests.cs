using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Waybill.Core;
using Waybill.Portal.Api;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Every address that there is, and who may see it. A new page that is not in this table fails; so does a row without its page.</summary>
public sealed partial class RouteInventoryTests
{
    internal const string Anyone = "anyone";
    private const string Holder = "who holds the secret link";
    internal const string Person = "who is signed in";
    internal const string Nobody = "nobody by its address";

    /// <summary>The pages of people, in the words of the table of permissions.</summary>
    internal static Dictionary<string, string> Permissions => Who.Where(static row => row.Value is not (Anyone or Holder or Nobody or Person)).ToDictionary();

    /// <summary>Addresses of all pages that only show themselves to people who are signed in.</summary>
    internal static IEnumerable<string> SignedIn => Who.Where(static row => row.Value is not (Anyone or Holder or Nobody)).Select(static row => "/" + Value().Replace(row.Key, "x"));

    internal static readonly Dictionary<string, string> Who = new()
    {
        [""] = Anyone,
        ["guide"] = Anyone,
        ["host-keys"] = Anyone,
        ["certificates"] = Anyone,
        ["theme"] = Anyone,
        ["request"] = Anyone,
        ["request/key"] = Anyone,
        ["links/retention/{token}"] = Holder,
        ["links/person-sign-up/{token}"] = Holder,
        ["links/person-reset/{token}"] = Holder,
        ["sign-in"] = Anyone,
        ["sign-in/code"] = Anyone,
        ["sign-out"] = Anyone,
        ["forgotten"] = Anyone,
        ["home"] = Person,
        ["home/confirm"] = Person,
        ["home/password"] = Person,
        ["home/authenticator"] = Person,
        ["home/codes"] = Person,
        ["home/passkeys"] = Person,

        // For people with a role: what the page shows, and what each of its forms does.
        ["staff/requests/mail"] = "decide-requests, POST decide-requests",
        ["staff"] = "see-health",
        ["staff/audit"] = "search-audit",
        ["staff/audit/export"] = "export-audit",
        ["staff/requests"] = "see-requests",
        ["staff/requests/invite"] = "decide-requests, Withdraw decide-requests, POST decide-requests",
        ["staff/requests/{reference}"] = "see-requests, Approve decide-requests, Reject decide-requests, Ask decide-requests, Lift decide-requests, Reopen decide-requests, Resend decide-requests",
        ["staff/why"] = "see-connections, AddKey change-keys, ResumeLogin change-logins, Allow change-logins, ResumeAccount change-accounts, Unblock clear-penalties",
        ["staff/notifications"] = "see-notifications, Retry retry-notifications, RetryAll retry-notifications",
        ["staff/accounts"] = "see-accounts, Add change-accounts",
        ["staff/accounts/{number}"] = "see-accounts, Suspend change-accounts, Resume change-accounts, Close close-accounts, Change change-accounts, Region change-accounts, Files set-portal-files, Quota change-quotas, View view-as-customer",
        ["staff/accounts/{number}/balance"] = "see-balances, Low change-balances, GET Csv see-balances",
        ["staff/accounts/{number}/deliveries"] = "see-feeds, Rule change-feeds, Unrule change-feeds, Collect change-feeds, Uncollect change-feeds",
        ["staff/accounts/{number}/numbers"] = "see-numbers, Terms change-numbers",
        ["staff/accounts/{number}/publish"] = "publish, POST publish",
        ["staff/accounts/{number}/published"] = "see-receipts, Recall publish",
        ["staff/logins"] = "see-logins, Add change-logins",
        ["staff/logins/{login}"] = "see-logins, Suspend change-logins, Resume change-logins, Remove change-logins, Networks change-logins, Numbers change-logins, Add change-keys, Change change-keys, Revoke change-keys, Lost change-keys",
        ["staff/logins/{login}/generate"] = "see-keys, Begin change-keys, Renew change-keys, ReadOut change-keys, Cancel change-keys",
        ["staff/logins/{login}/password"] = "see-keys, Link change-keys, Mail change-keys, Generate change-keys, Unlock change-keys, Remove change-keys",
        ["staff/keys"] = "see-keys",
        ["staff/numbers"] = "see-numbers",
        ["staff/numbers/ranges"] = "see-numbers, Add change-number-ranges, Price change-number-ranges, Import change-number-ranges",
        ["staff/numbers/emergency"] = "see-numbers",
        ["staff/numbers/{phone}"] = "see-numbers, Activate change-numbers, Term change-numbers, Answer change-numbers, PortOut change-numbers, Return change-numbers, Targets change-numbers, More change-numbers, Pin change-numbers, Emergency change-numbers, GiveBack change-numbers, TakeBack change-numbers",
        ["staff/sessions"] = "see-sessions, End end-sessions",
        ["staff/sessions/portal"] = "see-sessions, End end-sessions",
        ["staff/porting"] = "see-porting",
        ["staff/porting/{order}"] = "see-porting, Take decide-porting, Reject decide-porting, Accept decide-porting, Schedule decide-porting, Complete decide-porting, Cancel decide-porting",
        ["staff/porting/{order}/letters/{letter}"] = "see-porting",
        ["staff/porting-days"] = "see-porting, Set decide-porting, Remove decide-porting",
        ["staff/people"] = "see-people, Add change-people",
        ["staff/people/{email}"] = "see-people, Invite change-people, Reset change-people, Suspend change-people, Resume change-people, Remove change-people, Change change-people, Grant change-people, Revoke change-people",
        ["staff/feeds"] = "see-feeds, Subscribe change-feeds, Expect change-feeds, Remove change-feeds",
        ["staff/receipts"] = "see-receipts",
        ["staff/held"] = "see-held, Release decide-held, Discard decide-held",
        ["staff/retention"] = "see-retention, Plan see-retention, Hold change-holds, Unhold change-holds, Policy change-retention, Unpolicy change-retention",
        ["account/{account}"] = "see-own-account",
        ["account/{account}/files/{**path}"] = "list-files, Remove write-files, Rename write-files",
        ["account/{account}/download/{**file}"] = "download-files",
        ["account/{account}/upload/{**path}"] = "write-files, POST write-files",
        ["account/{account}/logins"] = "see-own-keys",
        ["account/{account}/logins/{login}"] = "see-own-keys, Add change-own-keys, Change change-own-keys, Revoke change-own-keys, DropOld change-own-keys, Lost change-own-keys, Numbers change-own-logins",
        ["account/{account}/logins/{login}/connection"] = "see-own-connections",
        ["account/{account}/logins/{login}/pack/{file?}"] = "get-pack",
        ["account/{account}/vendors"] = "see-own-vendors, Ask change-own-vendors, Invite change-own-vendors, Suspend change-own-vendors, Resume change-own-vendors",
        ["account/{account}/people"] = "see-own-people, Invite change-own-people, Remove change-own-people",
        ["account/{account}/receipts"] = "see-own-receipts, GET Csv see-own-receipts",
        ["account/{account}/porting"] = "see-own-porting, Table change-own-porting, Letter change-own-porting, Send change-own-porting",
        ["account/{account}/porting/new"] = "change-own-porting, POST change-own-porting",
        ["account/{account}/porting/{order}"] = "see-own-porting, Change change-own-porting, Letter change-own-porting, Submit change-own-porting, Cancel change-own-porting",
        ["account/{account}/porting/{order}/letters/{letter}"] = "see-own-porting",
        ["account/{account}/numbers"] = "see-own-numbers, Take change-own-numbers",
        ["account/{account}/numbers/{phone}"] = "see-own-numbers, Targets change-own-numbers, More change-own-numbers, Pin change-own-numbers, Emergency change-own-numbers, GiveBack change-own-numbers, TakeBack change-own-numbers",
        ["account/{account}/balance"] = "see-own-balance, GET Csv see-own-balance",
        ["account/{account}/retention"] = "see-own-retention",
        ["account/{account}/views"] = "see-own-views",
        ["links/request-confirm/{token}"] = Holder,
        ["links/request-answer/{token}"] = Holder,
        ["links/request-invitation/{token}"] = Holder,
        ["links/key-file/{token}"] = Holder,
        ["links/key-passphrase/{token}"] = Holder,
        ["links/login-password/{token}"] = Holder,
        ["links/pack/{token}/{file?}"] = Holder,
        ["problem"] = Nobody,
        ["healthz"] = Anyone,
        ["readyz"] = Anyone,
        ["assets/{name}"] = Anyone,
        ["tls/{file}"] = Anyone,
        ["v1/openapi.json"] = Anyone,
    };

    [Fact]
    public async Task Every_route_is_in_the_table_with_who_may_see_it()
    {
        await using var portal = await OpenAsync();
        var routes = portal.Routes.Except(portal.Calls.Select(static call => call.Path.Trim('/')));
        Assert.Equal(Who.Keys.Order(), routes);
        Assert.All(Who, row => Assert.Equal(row.Key.StartsWith("links/", StringComparison.Ordinal), row.Value == Holder));
    }

    [Fact]
    public async Task Every_address_of_the_API_is_a_row_of_its_table_with_its_scope()
    {
        await using var portal = await OpenAsync();
        Assert.Equal(
            ApiTable.All.Select(static call => $"{call.Method} {call.Path} {call.OpenedBy}").Order(),
            portal.Calls.Select(static call => $"{call.Method} {call.Path} {call.OpenedBy}").Order());
        Assert.All(portal.Routes.Where(static route => route.StartsWith("v1", StringComparison.OrdinalIgnoreCase)), route =>
            Assert.True(route == "v1/openapi.json" || portal.Calls.Any(call => call.Path == "/" + route), route));
    }

    /// <summary>The portal as the program makes it, without listeners.</summary>
    internal static async Task<Portal> OpenAsync()
    {
        var directory = new TemporaryDirectory();
        var core = Result(await CoreServices.CreateAsync(Directory.CreateDirectory(directory.Combine("data")).FullName, Actor.System, TimeProvider.System));
        var site = new PortalSite(
            new PortalOptions { PublicUrl = "https://localhost", ProviderName = "Example", KeyFolder = directory.FullName }, NullLoggerFactory.Instance,
            services => services.AddSingleton(core.Database).AddSingleton(core.Audit).AddSingleton(core.Links).AddSingleton(core.RetentionLinks).AddSingleton<IServerIdentity>(new NoIdentity()));
        return new Portal(directory, core, site);
    }

    [GeneratedRegex(@"\{[*]{0,2}\w+\??\}")]
    private static partial Regex Value();

    private static T Result<T>(Result<T> result)
        where T : notnull
    {
        Assert.True(result.Succeeded, result.Problem?.Message);
        return result.Value;
    }

    internal sealed record Portal(TemporaryDirectory Directory, CoreServices Core, PortalSite Site) : IAsyncDisposable
    {
        public IReadOnlyList<string> Routes => [.. Site.Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!.Trim('/')).Distinct().Order()];

        public IReadOnlyList<ApiEndpoint> Calls => [.. Site.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ApiEndpoint>()).OfType<ApiEndpoint>()];

        public async ValueTask DisposeAsync()
        {
            await Site.DisposeAsync();
            await Core.DisposeAsync();
            Directory.Dispose();
        }
    }

    internal sealed class NoIdentity : IServerIdentity
    {
        public IReadOnlyList<SshPublicKey> HostKeys => [];

        public IReadOnlyList<X509Certificate2> Certificates => [];

        public X509Certificate2? Root => null;

        public AnnouncedCertificate? NextCertificate => null;
    }
}
