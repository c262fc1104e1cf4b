using System.Net;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;

namespace Waybill.Core.Tests.Passwords;

/// <summary>Logins by password: one that has <see cref="Password"/>, and tries of it.</summary>
internal static class PasswordTries
{
    public const string Password = "seven green tortoises";

    /// <summary>What another server has kept of <see cref="Password"/>.</summary>
    public const string Imported = "$6$saltsalt$UqV7iIIJA.w6RbC0h94QVyK.GGYQ7v0dH4b.4FuogeT62iaQVSpwHZUgp4/zjxHwisfn8Ney5T8Hj8utl9W/S0";

    /// <summary>What another server has kept of the password "short".</summary>
    public const string ImportedShort = "$6$saltsalt$zLftt8vCRGL8OazLqQK6eRoIEB8HUDQPHQ5ccMjAhzXBcVCJ6MnwJOcMBB4EMyd1ZFvXkZVjY2kF4YhRbmndj/";

    /// <summary>A hash of <see cref="Password"/> that is compared in no time.</summary>
    public static string Quick { get; } = PasswordHash.Create(Password, rounds: 1);

    public static IPAddress Home { get; } = IPAddress.Parse("192.0.2.1");

    public static IPAddress Away { get; } = IPAddress.Parse("198.51.100.7");

    public static async Task<TestCore> WithPasswordAsync()
    {
        var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await GiveAsync(core);
        return core;
    }

    /// <summary>Gives the login its password.</summary>
    public static async Task GiveAsync(TestCore core)
    {
        (await core.Services.Passwords.SetAsync("10042", Password, TestCore.Operator)).Get();
        core.Scalar($"UPDATE login_password SET hash = '{Quick}'");
    }

    public static async Task<PasswordAnswer> TryAsync(TestCore core, string password, IPAddress? from = null, string user = "10042", bool isEncrypted = true)
    {
        var answer = (await core.Services.Passwords.CheckAsync(new PasswordAttempt(user, password, from ?? Home, isEncrypted, "lftp"))).Get();
        Assert.Equal(answer.Reason == LoginReason.Ok, answer.Credential is not null);
        return answer;
    }

    public static async Task<LoginReason> ReasonAsync(TestCore core, string user, string password) => (await TryAsync(core, password, user: user)).Reason;

    public static async Task FailAsync(TestCore core, IPAddress from, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(LoginReason.WrongPassword, (await TryAsync(core, "wrong", from)).Reason);
        }
    }

    public static async Task<IReadOnlyList<AuditRecord>> AuditAsync(TestCore core) =>
        [.. (await core.Services.Audit.SearchAsync(new AuditQuery { Size = 1_000 })).Items.Where(row => row.Action.StartsWith("password-", StringComparison.Ordinal))];
}
