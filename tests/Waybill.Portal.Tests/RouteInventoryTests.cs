using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Waybill.Core;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Every address that there is, and who may see it. A new page that is not in this table fails; so does a row without its page.</summary>
public sealed partial class RouteInventoryTests
{
    private const string Anyone = "anyone";
    private const string Holder = "who holds the secret link";
    private const string Person = "who is signed in";
    private const string Nobody = "nobody by its address";

    /// <summary>The pages of people, in the words of the table of permissions.</summary>
    internal static Dictionary<string, string> Permissions => Who.Where(static row => row.Value is not (Anyone or Holder or Nobody or Person)).ToDictionary();

    /// <summary>Addresses of all pages that only show themselves to people who are signed in.</summary>
    internal static IEnumerable<string> SignedIn => Who.Where(static row => row.Value is not (Anyone or Holder or Nobody)).Select(static row => "/" + Value().Replace(row.Key, "x"));

    internal static readonly Dictionary<string, string> Who = new()
    {
        [""] = Anyone,
        ["guide"] = Anyone,
        ["host-keys"] = Anyone,
        ["theme"] = Anyone,
        ["request"] = Anyone,
        ["links/retention/{token}"] = Holder,
        ["links/person-sign-up/{token}"] = Holder,
        ["links/person-reset/{token}"] = Holder,
        ["sign-in"] = Anyone,
        ["sign-in/code"] = Anyone,
        ["sign-out"] = Anyone,
        ["forgotten"] = Anyone,
        ["home"] = Person,

        // For people with a role: what the page shows, and what each of its forms does.
        ["staff/accounts"] = "see-accounts",
        ["account/{account}"] = "see-own-account",
        ["links/request-confirm/{token}"] = Holder,
        ["links/request-answer/{token}"] = Holder,
        ["links/request-invitation/{token}"] = Holder,
        ["links/key-file/{token}"] = Holder,
        ["links/key-passphrase/{token}"] = Holder,
        ["links/pack/{token}/{file?}"] = Holder,
        ["problem"] = Nobody,
        ["healthz"] = Anyone,
        ["readyz"] = Anyone,
        ["assets/{name}"] = Anyone,
        ["tls/{file}"] = Anyone,
    };

    [Fact]
    public async Task Every_route_is_in_the_table_with_who_may_see_it()
    {
        await using var portal = await OpenAsync();
        var routes = portal.Routes;
        Assert.Equal(Who.Keys.Order(), routes);
        Assert.All(Who, row => Assert.Equal(row.Key.StartsWith("links/", StringComparison.Ordinal), row.Value == Holder));
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

    [GeneratedRegex(@"\{\w+\}")]
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

        public async ValueTask DisposeAsync()
        {
            await Site.DisposeAsync();
            await Core.DisposeAsync();
            Directory.Dispose();
        }
    }

    private sealed class NoIdentity : IServerIdentity
    {
        public IReadOnlyList<SshPublicKey> HostKeys => [];

        public IReadOnlyList<X509Certificate2> Certificates => [];

        public X509Certificate2? Root => null;
    }
}
