using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;
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
    private const string NamedGet = "GET ";

    private static int _phones;

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
                        var isRead = handler is null || handler.StartsWith(NamedGet, StringComparison.Ordinal);
                        var address = AddressOf(page.Route, account, samples, !isRead && !isAtAccount);
                        var answer = await PatientlyAsync(async () =>
                        {
                            if (isRead)
                            {
                                return await visitor.GetAsync(address + QueryOf(handler));
                            }

                            // A page with a token, where the last one may have been that of an error.
                            await visitor.GetAsync("/home");
                            return await visitor.PressAsync(address + QueryOf(handler));
                        });
                        var got = answer.Status switch
                        {
                            HttpStatusCode.Forbidden => "403",
                            HttpStatusCode.NotFound when isRead || isAtAccount || !page.HasValue => "404",
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
    public async Task A_form_without_its_token_or_with_the_one_of_another_browser_does_nothing()
    {
        const string Account = "70003";
        await server.CommandAsync("account", "add", Account, "--name", "Forged Ltd");
        var samples = await PrepareAsync(server, Account);
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        using var owner = await SignUp.WithAsync(server, "--account", Account, "--role", "owner");
        using var other = await SignUp.WithAsync(server, "--provider", "administrator");
        using var stranger = new Visitor(server);
        await other.GetAsync("/home");
        await using var portal = await RouteInventoryTests.OpenAsync();
        var forms = Forms(portal);
        var before = await DoneAsync();
        Assert.True(before is ( > 0, > 0, HttpStatusCode.OK, HttpStatusCode.OK), $"{before}");
        List<string> wrong = [];
        foreach (var (route, handlers) in forms)
        {
            var isAtAccount = route.StartsWith("account/", StringComparison.Ordinal);
            var visitor = isAtAccount ? owner : RouteInventoryTests.Who[route] == RouteInventoryTests.Anyone ? stranger : administrator;
            foreach (var handler in handlers)
            {
                var address = AddressOf(route, Account, samples) + QueryOf(handler);
                foreach (var fields in ((string, string)[][])[[], [("__RequestVerificationToken", other.Token)]])
                {
                    var answer = await PatientlyAsync(() => visitor.ForgeAsync(address, fields));
                    if (answer.Status != HttpStatusCode.BadRequest)
                    {
                        wrong.Add($"{address} with {fields.Length} tokens: {answer.Status}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(forms.Sum(static form => form.Handlers.Count) > 70, $"{forms.Count} pages with forms");
        Assert.Equal(before, await DoneAsync());

        // What people do and what is refused to them is in the audit.
        async Task<(int, int, HttpStatusCode, HttpStatusCode)> DoneAsync() =>
            (await RowsAsync(administrator), await RowsAsync(owner), await HomeAsync(administrator), await HomeAsync(owner));

        // So many forms are more requests at once than a source may make.
        async Task<HttpStatusCode> HomeAsync(Visitor visitor) => (await PatientlyAsync(() => visitor.GetAsync("/home"))).Status;

        async Task<int> RowsAsync(Visitor visitor) => (await server.JsonAsync("audit", "search", "--actor", visitor.Email)).GetArrayLength();
    }

    [Fact]
    public async Task Every_page_with_a_form_asks_for_its_token_before_it_does_anything()
    {
        await using var portal = await RouteInventoryTests.OpenAsync();
        var without = PageModels(portal).Where(static page => page.Model.GetCustomAttributes<IgnoreAntiforgeryTokenAttribute>(inherit: true).Any()).Select(static page => page.Route).Order();

        // These two check it themselves, before a byte of a file is taken.
        Assert.Equal(["account/{account}/upload/{**path}", "staff/accounts/{number}/publish"], without);
        Assert.All(portal.Site.Endpoints.OfType<RouteEndpoint>().Where(static endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null), static endpoint =>
            Assert.True(
                endpoint.Metadata.GetMetadata<IgnoreAntiforgeryTokenAttribute>() is null || endpoint.RoutePattern.RawText!.Contains("publish", StringComparison.Ordinal)
                || endpoint.RoutePattern.RawText.Contains("upload", StringComparison.Ordinal),
                endpoint.RoutePattern.RawText));
    }

    [Fact]
    public async Task Every_page_for_people_names_what_it_shows_and_every_form_what_it_does()
    {
        await using var portal = await RouteInventoryTests.OpenAsync();
        Assert.Equal(
            RouteInventoryTests.Permissions.Select(static row => $"{row.Key}: {row.Value}").Order(StringComparer.Ordinal), Pages(portal).Select(static page => $"{page.Route}: {page.Words}").Order(StringComparer.Ordinal));
    }

    /// <summary>Makes at an account what addresses name, and says what stands in them.</summary>
    internal static async Task<Dictionary<string, string>> PrepareAsync(PortalServer server, string account)
    {
        var email = $"matrix{account}@example.com";
        await server.CommandAsync("person", "add", email, "--name", "Matrix");
        await server.CommandAsync("login", "add", account + "-acme", "--account", account, "--vendor", "acme");
        await File.WriteAllTextAsync(Path.Combine(server.Data, "vaults", account, "vendors", "acme", "usage", "june.csv"), "a,b\n");
        var request = await server.JsonAsync("request", "add", "--email", email, "--name", "Mat Rix", "--account", account);
        var letter = Path.Combine(server.Data, account + ".pdf");
        await File.WriteAllTextAsync(letter, "%PDF-1.7");
        var order = (await server.JsonAsync("porting", "add", account)).GetProperty("order").GetString()!;
        var letters = (await server.JsonAsync("porting", "letter", order, letter)).GetProperty("letters");
        var phone = FormattableString.Invariant($"01430{Interlocked.Increment(ref _phones):000000}");
        await server.CommandAsync("numbers", "add-range", phone, phone);
        await server.CommandAsync("numbers", "activate", phone, "--account", account);
        return new Dictionary<string, string>(Samples)
        {
            ["order"] = order,
            ["letter"] = letters[0].GetProperty("id").GetRawText(),
            ["phone"] = phone,
            [SignedInModel.AccountValue] = account,
            ["number"] = account,
            ["email"] = email,
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
        [.. PageModels(portal).Where(static page => page.Model.IsSubclassOf(typeof(SignedInModel)) && !Own.Contains(page.Route)).Select(static page => SignedInPage.Of(page.Route, page.Model))];

    private static List<(string Route, Type Model)> PageModels(RouteInventoryTests.Portal portal) =>
    [
        .. from endpoint in portal.Site.Endpoints.OfType<RouteEndpoint>()
           let page = endpoint.Metadata.GetMetadata<PageActionDescriptor>()
           where page is not null
           let model = typeof(SignedInModel).Assembly.GetType("Waybill.Portal" + page.RelativePath.Replace('/', '.').Replace(".cshtml", "Model", StringComparison.Ordinal))
           where model is not null
           select (endpoint.RoutePattern.RawText!.Trim('/'), model),
    ];

    /// <summary>Every address that takes forms, but those behind secret links, which need one that is there.</summary>
    private static List<(string Route, List<string> Handlers)> Forms(RouteInventoryTests.Portal portal) =>
    [
        .. from page in PageModels(portal).DistinctBy(static page => page.Route)
           where !page.Route.StartsWith("links/", StringComparison.Ordinal) && RouteInventoryTests.Who[page.Route] != RouteInventoryTests.Nobody
           let handlers = SignedInPage.Named(page.Model, "OnPost").Select(static method => SignedInPage.HandlerOf(method, "OnPost")).ToList()
           where handlers.Count > 0
           select (page.Route, handlers),
    ];

    private static string QueryOf(string? handler) =>
        string.IsNullOrEmpty(handler) ? "" : "?handler=" + (handler.StartsWith(NamedGet, StringComparison.Ordinal) ? handler[NamedGet.Length..] : handler);

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
            foreach (var method in Named(model, "OnPost"))
            {
                var own = method.GetCustomAttribute<PermissionAttribute>()?.Operation;
                Assert.True(own is not null, $"{model.Name}.{method.Name} names no permission");
                handlers.Add((HandlerOf(method, "OnPost"), own.Value));
            }

            // What a page sends besides itself, as a table: shown by the permission of the page where it names none.
            handlers.AddRange(Named(model, "OnGet").Where(static method => HandlerOf(method, "OnGet").Length > 0).Select(method =>
                ((string?)(NamedGet + HandlerOf(method, "OnGet")), method.GetCustomAttribute<PermissionAttribute>()?.Operation ?? operation.Value)));
            return new SignedInPage(route, operation.Value, handlers);
        }

        public static IEnumerable<MethodInfo> Named(Type model, string verb) =>
            model.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.Name.StartsWith(verb, StringComparison.Ordinal));

        public static string HandlerOf(MethodInfo method, string verb) => method.Name[verb.Length..].Replace("Async", "", StringComparison.Ordinal);
    }
}
