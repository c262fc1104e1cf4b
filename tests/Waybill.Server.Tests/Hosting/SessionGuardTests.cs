using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Server.Control;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Hosting;

/// <summary>Sessions that must end although nothing changes at that moment. What changes is in <see cref="LiveSessionTests"/>.</summary>
public sealed class SessionGuardTests : IDisposable
{
    private static readonly Actor Staff = Actor.System;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_session_without_TLS_ends_when_the_day_of_its_login_has_come()
    {
        var time = new FakeTimeProvider();
        var day = time.GetUtcNow().AddHours(1);
        Directory.CreateDirectory(_directory.Combine("data"));
        await using var services = (await CoreServices.CreateAsync(_directory.Combine("data"), Staff, time)).Value!;
        await services.Accounts.AddAsync(new NewAccount("10042", "Example Ltd"), Staff);
        await services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Staff);
        await services.Passwords.SetAsync("10042", "eleven blue tortoises", Staff);
        await services.Passwords.SetAccountFtpTermsAsync("10042", _ => new FtpTerms(day, false), Staff);
        var sessions = new SessionRegistry();
        using var plain = await OpenAsync(isEncrypted: false);
        using var encrypted = await OpenAsync(isEncrypted: true);
        await using var guard = new SessionGuard(sessions, services.LoginDirectory, time, NullLogger.Instance);
        guard.Start();
        var patience = Stopwatch.StartNew();
        while (plain.KickReason is null && patience.Elapsed < TimeSpan.FromSeconds(60))
        {
            time.Advance(SessionGuard.Unasked);
            await Task.Delay(10);
        }

        Assert.Equal((LoginReason.TlsRequired.Describe(), day), (plain.KickReason, plain.TlsFrom));
        Assert.True(time.GetUtcNow() >= day);
        Assert.Null(encrypted.KickReason);

        async Task<LiveSession> OpenAsync(bool isEncrypted)
        {
            var answer = (await services.Passwords.CheckAsync(new PasswordAttempt("10042", "eleven blue tortoises", IPAddress.Loopback, isEncrypted, "lftp"))).Value!;
            Assert.Equal(LoginReason.Ok, answer.Reason);
            var login = answer.Candidate!.Login;
            var session = new LiveSession(
                new SessionView(isEncrypted ? "encrypted" : "plain", "ftp", login.UserName, login.Account, "127.0.0.1:1", "lftp", "no TLS", answer.Credential!.Name, time.GetUtcNow()), login, answer.Credential, IPAddress.Loopback);
            sessions.Add(session);
            return session;
        }
    }
}
