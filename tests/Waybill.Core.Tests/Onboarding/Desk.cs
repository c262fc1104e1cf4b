using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Waybill.Core.Accounts;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.Onboarding;
using Waybill.Core.Tests.Notifications;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Onboarding;

/// <summary>A provider's desk: a core with an account, and the service that takes requests in.</summary>
internal sealed partial class Desk : IAsyncDisposable
{
    public static readonly IPAddress Visitor = IPAddress.Parse("192.0.2.7");
    public static readonly Actor Ann = Actor.Operator("ann");
    public static readonly Actor Bob = Actor.Operator("bob");

    private Desk(TestCore core, OnboardingOptions options) => (Core, Options, Service) = (core, options, core.Services.OpenOnboarding(options));

    public TestCore Core { get; }

    public OnboardingOptions Options { get; }

    public OnboardingService Service { get; private set; }

    public FakeTimeProvider Time => Core.Time;

    public static async Task<Desk> CreateAsync(Func<OnboardingOptions, OnboardingOptions>? change = null)
    {
        var core = await TestCore.CreateAsync();
        (await core.Services.Accounts.AddAsync(new NewAccount("10042", "Example Telecom Ltd") { Email = "billing@example.com" }, TestCore.Operator)).Get();
        using var hostKey = NewKey();
        var shown = hostKey.PublicKey;
        var options = new OnboardingOptions
        {
            Notifications = Outbox.OptionsFor(core.Path, 0),
            PublicUrl = "https://files.provider.test/",
            Hosts = [new PublicHost("sftp.provider.test", 2222, "GB")],
            HostKeys = () => [shown],
        };
        return new Desk(core, change?.Invoke(options) ?? options);
    }

    public static SshPrivateKey NewKey() => SshPrivateKeys.GenerateEd25519();

    /// <summary>A public key as its line.</summary>
    public static string KeyLine(string comment = "ann@laptop") => Line(NewKey(), comment);

    public static string Line(SshPrivateKey key, string comment = "ann@laptop") => $"{key.PublicKey.KeyType} {Convert.ToBase64String(key.PublicKey.Blob.Span)} {comment}\n";

    public static RequestForm Form(string? key = null, Func<RequestDetails, RequestDetails>? change = null)
    {
        var details = new RequestDetails
        {
            FirstName = "Ann", LastName = "Example", Email = "ann@example.com", Phone = "+44 20 7946 0000", Company = "Example Telecom", Account = "10042",
        };
        return new RequestForm(change?.Invoke(details) ?? details) { KeyFile = Encoding.UTF8.GetBytes(key ?? KeyLine()) };
    }

    /// <summary>A form that is complete and confirmed; the reference of its request.</summary>
    public async Task<string> OpenAsync(RequestForm? form = null)
    {
        var submitted = (await Service.SubmitAsync(form ?? Form(), Visitor)).Get();
        Assert.Empty(submitted.Problems);
        return (await Service.ConfirmEmailAsync(await TokenAsync(), Visitor)).Get().Reference;
    }

    public async Task<RequestView> ShowAsync(string reference) => (await Service.ShowAsync(reference)).Get();

    public async Task<RequestCheck> CheckAsync(string reference, string name) => Assert.Single((await ShowAsync(reference)).Checks, row => row.Name == name);

    public Task<Intake> TakeAsync(string file, RequestDetails? details = null) => TakeAsync(new NewRequest { File = Encoding.UTF8.GetBytes(file), Details = details ?? new() });

    public async Task<Intake> TakeAsync(NewRequest request) => (await Service.AddAsync(request, Ann)).Get();

    /// <summary>The mails that wait, the newest first.</summary>
    public async Task<IReadOnlyList<Delivery>> MailsAsync(string? topic = null) =>
        [.. (await Core.Services.Notifications.ListAsync(size: 1000)).Items.Where(mail => topic is null || mail.Topic == topic)];

    /// <summary>The text of the newest mail.</summary>
    public async Task<string> MailTextAsync(string? topic = null)
    {
        var mail = (await MailsAsync(topic))[0];
        return (string)Core.Scalar($"SELECT text FROM delivery WHERE id = {mail.Id}")!;
    }

    /// <summary>The token of the newest mail's link.</summary>
    public async Task<string> TokenAsync(string? topic = null)
    {
        var match = Link().Match(await MailTextAsync(topic));
        Assert.True(match.Success, "the mail has no link");
        return match.Groups[1].Value;
    }

    public async Task<Login> LoginAsync(string name) => (await Core.Services.Logins.FindAsync(name)).Get();

    public async Task<long> AuditAsync(string action) => (long)(await Task.FromResult(Core.Scalar($"SELECT count(*) FROM audit WHERE action = '{action}'")))!;

    /// <summary>A mail of a customer.</summary>
    public static string Mail(string body, string id = "1@example.com", string from = "Ann Example <ann@example.com>", string more = "") =>
        $"From: {from}\r\nTo: support@provider.test\r\nSubject: SFTP access\r\nMessage-ID: <{id}>\r\n{more}\r\n{body}".ReplaceLineEndings("\r\n");

    public async ValueTask DisposeAsync() => await Core.DisposeAsync();

    [GeneratedRegex(@"https://files\.provider\.test/l/([A-Za-z0-9_-]{43})\s")]
    private static partial Regex Link();
}
