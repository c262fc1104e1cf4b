using System.Net;
using Waybill.Core.People;

namespace Waybill.Core.Tests.Backup;

public sealed class PeopleBackupTests
{
    private static readonly PortalClient Home = new(IPAddress.Loopback, null);

    [Fact]
    public async Task After_a_restore_people_sign_in_with_their_authenticators()
    {
        await using var test = await TestBackup.CreateAsync();
        var people = test.Core.Services.People;
        var link = (await people.Invitations.AddAsync(new NewPerson("a@example.com", "Ann"), handOver: true, TestCore.Operator)).Get().Link!.Split('/')[^1];
        Assert.False(File.Exists(test.Core.Files.PeopleKey));
        var (enrolment, kept) = (await people.Credentials.BeginSignUpAsync(link, "seven green tortoises", null, Home)).Get();
        var codes = (await people.Credentials.SignUpAsync(link, kept, CodeOf(enrolment, test), Home)).Get().RecoveryCodes;
        await test.WriteAsync(withFiles: false);
        (await test.TryRestoreAsync()).Get();
        var key = test.Beside("restored/secrets/people.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(await File.ReadAllTextAsync(test.Core.Files.PeopleKey, TestContext.Current.CancellationToken), await File.ReadAllTextAsync(key, TestContext.Current.CancellationToken));
        await using var services = await test.OpenAsync();
        test.Core.Time.Advance(TimeSpan.FromMinutes(1));
        var waiting = (await services.People.SignIn.CheckPasswordAsync("a@example.com", "seven green tortoises", Home)).Get().Token;
        Assert.Equal(SignInVerdict.Accepted, (await services.People.SignIn.CheckSecondFactorAsync(waiting, CodeOf(enrolment, test), Home)).Get().Verdict);
        waiting = (await services.People.SignIn.CheckPasswordAsync("a@example.com", "seven green tortoises", Home)).Get().Token;
        Assert.Equal(SignInVerdict.Accepted, (await services.People.SignIn.CheckSecondFactorAsync(waiting, codes[0], Home)).Get().Verdict);
    }

    private static string CodeOf(TotpEnrolment enrolment, TestBackup test) => Totp.Code(Tests.People.TestPeople.Decode(enrolment.Secret), Totp.StepOf(test.Core.Time.GetUtcNow()));
}
