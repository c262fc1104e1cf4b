using System.Text.RegularExpressions;

namespace Waybill.Portal.Tests.Support;

/// <summary>People who have signed up, by the way that everybody takes.</summary>
internal static partial class SignUp
{
    public const string Password = "seven green lanterns";

    private static int _people;

    /// <summary>Adds somebody with a role, as <c>--provider support</c> or <c>--account 10042 --role owner</c>, and signs them up: their browser, signed in.</summary>
    public static async Task<Visitor> WithAsync(PortalServer server, params string[] role)
    {
        var email = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"role{Interlocked.Increment(ref _people)}@example.com");
        await server.CommandAsync(["person", "add", email, "--name", "Pat Doe", .. role]);
        var link = Link().Match(await server.CommandAsync("person", "invite", email, "--print-link")).Value;
        var visitor = new Visitor(server) { Email = email };
        await visitor.GetAsync(link);
        await visitor.PostAsync(link, ("step", "begin"), ("password", Password), ("again", Password));
        var code = OneTimeCode.Of(Secret().Match(visitor.Page).Groups[1].Value);
        await visitor.PostAsync(link, ("step", "finish"), ("code", code));
        Assert.NotNull(visitor.Session);
        return visitor;
    }

    [GeneratedRegex("/l/[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();

    [GeneratedRegex("<code data-copy>([A-Z2-7]{32})</code>")]
    private static partial Regex Secret();
}
