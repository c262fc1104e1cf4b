using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Waybill.Core.Certificates;
using Waybill.Server.Certificates;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>certificate show | renew | announce</c>: the certificate of the portal and of FTPS, and the next one. A running server follows at once and drops no session.</summary>
internal static class CertificateCommands
{
    private sealed record CertificateView(
        string State, string Subject, IReadOnlyList<string> Names, DateTimeOffset From, DateTimeOffset Until, DateOnly? TakesOver, string Sha256, string Sha1, string Sha256Small, string Sha1Small,
        string Thumbprint);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("certificate", "Show and renew the TLS certificate of the portal and of FTPS.") { Show(context), Renew(context), Announce(context) },
    ];

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("show", "Print the certificate, the next one and the root, with their fingerprints as clients show them.");
        command.SetAction(parse =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var section = here.LoadConfiguration().Portal;
            var loaded = ServerCertificate.Load(here.Data, section);
            List<CertificateView> views = [View(loaded.Certificate, "present")];
            if (loaded.IsOwn && new TlsFiles(here.Data).ReadNext() is { } next)
            {
                views.Add(View(next.Certificate(), next.Announced is null ? "prepared" : "announced") with { TakesOver = next.TakesOver });
            }

            views.AddRange(loaded.Chain.Select(each => View(each, each.Thumbprint == loaded.Root?.Thumbprint ? "root" : "intermediate")));
            here.Print(views, output => views.ForEach(view => Write(output, view)));
        });
        return command;
    }

    private static Command Renew(Func<ParseResult, CommandContext> context)
    {
        var now = new Option<bool>("--now") { Description = "take it into use at once; who has trusted the present fingerprint is asked again, or refuses" };
        var yes = new Option<bool>("--yes") { Description = "even in the place of one that people were told of; needed with --now" };
        var command = new Command("renew", "Make the next certificate, with the names of the configuration; nobody is told of it yet.") { now, yes };
        command.Validators.Add(result =>
        {
            if (result.GetValue(now) && !result.GetValue(yes))
            {
                result.AddError("--now shows customers a certificate that nobody has told them of; say --yes too if that is right, as before the first of them connects");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var renewal = CertificateRenewal.Of(installation, configuration, CommandContext.Operator, TimeProvider.System);
            var isNow = parse.GetValue(now);
            var next = isNow ? await renewal.ReplaceAsync() : await renewal.MakeAsync(parse.GetValue(yes));
            var view = View(next.Certificate(), isNow ? "present" : "prepared");
            here.Print(view, output =>
            {
                Write(output, view);
                output.WriteLine(isNow ? "new connections get it from now on; sessions go on" : "next: tell people of it and set its day: ./waybill certificate announce");
            });
        });
        return command;
    }

    private static Command Announce(Func<ParseResult, CommandContext> context)
    {
        var on = new Option<DateOnly?>("--on")
        {
            Description = "the day on which it takes over, in the provider's time zone; without it Certificates:TakeOverDays before the present one's end",
            HelpName = "DATE",
            CustomParser = static result =>
            {
                if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    return day;
                }

                result.AddError($"'{result.Tokens[0].Value}' is no day; write it as 2026-12-31");
                return null;
            },
        };
        var command = new Command("announce", "Publish the next certificate's fingerprints and mail those who log in with a password; it takes over on its day. One is made if none was made lately.") { on };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var next = await CertificateRenewal.Of(installation, configuration, CommandContext.Operator, TimeProvider.System).AnnounceAsync(parse.GetValue(on));
            var view = View(next.Certificate(), "announced") with { TakesOver = next.TakesOver };
            here.Print(view, output =>
            {
                Write(output, view);
                output.WriteLine("accounts with a login that has a password are told by mail, each once; a running server takes it into use on that day and drops no session");
            });
        });
        return command;
    }

    private static CertificateView View(X509Certificate2 certificate, string state) => new(
        state, certificate.Subject, ServerCertificate.NamesOf(certificate), certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), null,
        CertificateNotation.Sha256(certificate), CertificateNotation.Sha1(certificate), CertificateNotation.Sha256Small(certificate), CertificateNotation.Sha1Small(certificate),
        CertificateNotation.Thumbprint(certificate));

    private static void Write(TextWriter output, CertificateView view)
    {
        var day = view.TakesOver?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{view.State}{(day is null ? "" : $", takes over on {day}")}: {view.Subject}, until {view.Until:yyyy-MM-dd}"));
        if (view.Names.Count > 0)
        {
            output.WriteLine($"  for      {string.Join(", ", view.Names)}");
        }

        output.WriteLine($"  openssl  SHA-256 {view.Sha256}");
        output.WriteLine($"           SHA-1   {view.Sha1}");
        output.WriteLine($"  WinSCP   SHA-256 {view.Sha256Small}");
        output.WriteLine($"           SHA-1   {view.Sha1Small}");
        output.WriteLine($"  Windows  {view.Thumbprint}");
    }
}
