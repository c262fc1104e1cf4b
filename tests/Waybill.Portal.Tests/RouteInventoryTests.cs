using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using System.Security.Cryptography.X509Certificates;
using Waybill.Core;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Every address that there is, and who may see it. A new page that is not in this table fails; so does a row without its page.</summary>
public sealed class RouteInventoryTests
{
    private const string Anyone = "anyone";
    private const string Holder = "who holds the secret link";
    internal const string Person = "who is signed in";
    private const string Nobody = "nobody by its address";

    internal static readonly Dictionary<string, string> Who = new()
    {
        [""] = Anyone,
        ["guide"] = Anyone,
        ["host-keys"] = Anyone,
        ["theme"] = Anyone,
        ["links/retention/{token}"] = Holder,
        ["links/person-sign-up/{token}"] = Holder,
        ["links/person-reset/{token}"] = Holder,
        ["sign-in"] = Anyone,
        ["sign-in/code"] = Anyone,
        ["sign-out"] = Anyone,
        ["forgotten"] = Anyone,
        ["home"] = Person,
        ["problem"] = Nobody,
        ["healthz"] = Anyone,
        ["readyz"] = Anyone,
        ["assets/{name}"] = Anyone,
        ["tls/{file}"] = Anyone,
    };

    [Fact]
    public async Task Every_route_is_in_the_table_with_who_may_see_it()
    {
        using var directory = new TemporaryDirectory();
        await using var core = Result(await CoreServices.CreateAsync(Directory.CreateDirectory(directory.Combine("data")).FullName, Actor.System, TimeProvider.System));
        await using var site = new PortalSite(
            new PortalOptions { PublicUrl = "https://localhost", ProviderName = "Example", KeyFolder = directory.FullName }, NullLoggerFactory.Instance,
            services => services.AddSingleton(core.Database).AddSingleton(core.Audit).AddSingleton(core.Links).AddSingleton(core.RetentionLinks).AddSingleton<IServerIdentity>(new NoIdentity()));
        var routes = site.Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!.Trim('/')).Distinct().Order().ToList();
        Assert.Equal(Who.Keys.Order(), routes);
        Assert.All(Who, row => Assert.Equal(row.Key.StartsWith("links/", StringComparison.Ordinal), row.Value == Holder));
    }

    private static T Result<T>(Result<T> result)
        where T : notnull
    {
        Assert.True(result.Succeeded, result.Problem?.Message);
        return result.Value;
    }

    private sealed class NoIdentity : IServerIdentity
    {
        public IReadOnlyList<SshPublicKey> HostKeys => [];

        public IReadOnlyList<X509Certificate2> Certificates => [];

        public X509Certificate2? Root => null;
    }
}
