using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Waybill.Core.People;
using Waybill.Portal.People;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>
/// Every page for people who are signed in, and every form on it, asked for by every role over HTTPS: what the table of permissions says, and nothing else. A page
/// or a form that names no permission fails.
/// </summary>
public sealed class PermissionMatrixTests(PortalServer server)
{
    private const string Theirs = "70001";
    private const string Foreign = "70002";

    private static readonly (string Name, PersonRole? Role, string[] Words)[] Roles =
    [
        ("support", PersonRole.Support, ["--provider", "support"]),
        ("billing", PersonRole.Billing, ["--provider", "billing"]),
        ("administrator", PersonRole.Administrator, ["--provider", "administrator"]),
        ("auditor", PersonRole.Auditor, ["--provider", "auditor"]),
        ("owner", PersonRole.Owner, ["--account", Theirs, "--role", "owner"]),
        ("member", PersonRole.Member, ["--account", Theirs, "--role", "member"]),
        ("vendor", PersonRole.Vendor, ["--account", Theirs, "--role", "vendor", "--vendor", "acme"]),

        // Looks at the account as its customer sees it.
        ("viewer", null, ["--provider", "support"]),
    ];

    /// <summary>What stands in an address for something that is there, by the name of the value.</summary>
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["**path"] = "vendors/acme/usage",
        ["**file"] = "vendors/acme/usage/june.csv",
        ["file?"] = "",
        ["email"] = "matrix@example.com",
    };

    /// <summary>Pages that every person has, with whatever they do there to themselves.</summary>
    private static readonly string[] Own = ["home", "home/confirm", "home/password", "home/authenticator", "home/codes", "home/passkeys"];

    [Fact]
    public async Task Every_page_and_form_does_for_each_role_what_the_table_says()
    {
        await server.CommandAsync("account", "add", Theirs, "--name", "Matrix Ltd");
        await server.CommandAsync("account", "add", Foreign, "--name", "Foreign Ltd");
        var samples = await PrepareAsync(server, Theirs);
        List<string> wrong = [];
        var cells = 0;
        await using var portal = await RouteInventoryTests.OpenAsync();
        var pages = Pages(portal);
        using var stranger = new Visitor(server);
        foreach (var page in pages)
        {
            Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), await GoneAsync(stranger, AddressOf(page.Route, Theirs, samples)));
        }

        foreach (var (name, role, words) in Roles)
        {
            using var visitor = await SignUp.WithAsync(server, words);
            if (role is null)
            {
                await visitor.GetAsync("/staff/accounts/" + Theirs);
                await visitor.PostAsync($"/staff/accounts/{Theirs}?handler=View", ("reason", "case 4711"));
            }

            foreach (var page in pages)
            {
                foreach (var (handler, operation) in page.Handlers)
                {
                    var (allowed, read) = (Allows(operation, role), Allows(page.Operation, role));
                    var isAtAccount = PortalPermissions.Of(operation).IsAtAccount;
                    var elsewhere = isAtAccount && role is { } own && RoleGrant.IsProviderRole(own);
                    var expected = elsewhere ? "404" : allowed && read ? "done" : "403";
                    foreach (var account in isAtAccount ? (string[])[Theirs, Foreign, "NOSUCH"] : [Theirs])
                    {
                        // What does something is tried at nothing that is there: whoever may is told that there is no such thing.
                        var address = AddressOf(page.Route, account, samples, handler is not null && !isAtAccount);
                        var answer = await PatientlyAsync(async () =>
                        {
                            await visitor.GetAsync("/home");
                            return handler is null ? await visitor.GetAsync(address) : await visitor.PressAsync(address + (handler.Length == 0 ? "" : "?handler=" + handler));
                        });
                        var got = answer.Status switch
                        {
                            HttpStatusCode.Forbidden => "403",
                            HttpStatusCode.NotFound when handler is null || isAtAccount || !page.HasValue => "404",
                            HttpStatusCode.OK or HttpStatusCode.NotFound => "done",
                            HttpStatusCode.Redirect when answer.Location?.StartsWith("/sign-in", StringComparison.Ordinal) == false => "done",
                            _ => answer.ToString(),
                        };
                        cells++;
                        if (got != (account == Theirs ? expected : "404"))
                        {
                            wrong.Add($"{name} {handler ?? "GET"} {address}: {got}, the table says {expected}");
                        }
                    }
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(cells >= pages.Count * Roles.Length, $"{cells} cells");
    }

    [Fact]
    public async Task Every_page_for_people_names_what_it_shows_and_every_form_what_it_does()
    {
        await using var portal = await RouteInventoryTests.OpenAsync();
        Assert.Equal(RouteInventoryTests.Permissions, Pages(portal).ToDictionary(static page => page.Route, static page => page.Words));
    }

    /// <summary>Makes at an account what addresses name, and says what stands in them.</summary>
    internal static async Task<Dictionary<string, string>> PrepareAsync(PortalServer server, string account)
    {
        await server.CommandAsync("person", "add", Samples["email"], "--name", "Matrix");
        await server.CommandAsync("login", "add", account + "-acme", "--account", account, "--vendor", "acme");
        await File.WriteAllTextAsync(Path.Combine(server.Data, "vaults", account, "vendors", "acme", "usage", "june.csv"), "a,b\n");
        var request = await server.JsonAsync("request", "add", "--email", "matrix@example.com", "--name", "Mat Rix", "--account", account);
        return new Dictionary<string, string>(Samples)
        {
            [SignedInModel.AccountValue] = account,
            ["number"] = account,
            ["login"] = account + "-acme",
            ["reference"] = request.GetProperty("request").GetProperty("reference").GetString()!,
        };
    }

    private static bool Allows(PortalOperation operation, PersonRole? role) => role is { } own ? PortalPermissions.Allows(operation, own) : PortalPermissions.AllowsViewer(operation);

    /// <summary>There are more pages than one source may ask for at once.</summary>
    internal static async Task<Visitor.Answer> PatientlyAsync(Func<Task<Visitor.Answer>> ask)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await ask();
            if (answer.Status != HttpStatusCode.TooManyRequests || tries == 60)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>An address in which something that is there stands for each name; or what is not there.</summary>
    internal static string AddressOf(string route, string account, Dictionary<string, string> samples, bool isMissing = false) => "/" + string.Join('/', route.Split('/').Select(
        part => part is not ['{', .. var name, '}'] ? part : isMissing ? "999999999" : name == SignedInModel.AccountValue ? account : samples[name]));

    private static async Task<(HttpStatusCode, string?)> GoneAsync(Visitor visitor, string address)
    {
        var answer = await visitor.GetAsync(address);
        return (answer.Status, answer.Location?.Split('?')[0]);
    }

    private static List<SignedInPage> Pages(RouteInventoryTests.Portal portal) =>
    [
        .. from endpoint in portal.Site.Endpoints.OfType<RouteEndpoint>()
           let page = endpoint.Metadata.GetMetadata<PageActionDescriptor>()
           where page is not null
           let route = endpoint.RoutePattern.RawText!.Trim('/')
           let model = typeof(SignedInModel).Assembly.GetType("Waybill.Portal" + page.RelativePath.Replace('/', '.').Replace(".cshtml", "Model", StringComparison.Ordinal))
           where model is not null && model.IsSubclassOf(typeof(SignedInModel)) && !Own.Contains(route)
           select SignedInPage.Of(route, model),
    ];

    /// <param name="Route">Its address, with the names of values.</param>
    /// <param name="Operation">What it shows.</param>
    /// <param name="Handlers">What it and its forms do; null names the page itself, an empty word the form without a name.</param>
    private sealed record SignedInPage(string Route, PortalOperation Operation, IReadOnlyList<(string? Handler, PortalOperation Operation)> Handlers)
    {
        public string Words => string.Join(", ", Handlers.Select(static each => (each.Handler switch { null => "", "" => "POST ", var name => name + " " }) + PortalPermissions.WordOf(each.Operation)));

        public bool HasValue => Route.Contains('{', StringComparison.Ordinal);

        public static SignedInPage Of(string route, Type model)
        {
            var operation = model.GetCustomAttribute<PermissionAttribute>()?.Operation;
            Assert.True(operation is not null, $"{model.Name} names no permission");
            List<(string?, PortalOperation)> handlers = [(null, operation.Value)];
            foreach (var method in model.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(static method => method.Name.StartsWith("OnPost", StringComparison.Ordinal)))
            {
                var own = method.GetCustomAttribute<PermissionAttribute>()?.Operation;
                Assert.True(own is not null, $"{model.Name}.{method.Name} names no permission");
                handlers.Add((method.Name["OnPost".Length..].Replace("Async", "", StringComparison.Ordinal), own.Value));
            }

            return new SignedInPage(route, operation.Value, handlers);
        }
    }
}
