using System.Net;
using Waybill.Core.Audit;
using Waybill.Core.Notifications;
using Waybill.Core.People;
using Waybill.Core.Tests.Passwords;
using Waybill.TestKit;

namespace Waybill.Core.Tests.People;

/// <summary>A core with people who have signed up, and what their telephones show.</summary>
internal sealed class TestPeople : IAsyncDisposable
{
    public const string Password = PasswordTries.Password;

    private readonly Dictionary<string, byte[]> _secrets = [];

    private TestPeople(TestCore core) => Core = core;

    public static PortalClient Home { get; } = new(IPAddress.Parse("192.0.2.1"), "Firefox");

    public static PortalClient Away { get; } = new(IPAddress.Parse("198.51.100.7"), "Chrome");

    public TestCore Core { get; }

    public PeopleServices People => Core.Services.People;

    public FakeTimeProvider Time => Core.Time;

    public Dictionary<string, IReadOnlyList<string>> RecoveryCodes { get; } = [];

    public static async Task<TestPeople> CreateAsync()
    {
        var people = new TestPeople(await TestCore.CreateAsync());
        await people.Core.AddAccountAsync();
        return people;
    }

    public static PortalClient From(int index) => new(new IPAddress([198, 51, (byte)(index >> 8), (byte)index]), null);

    /// <summary>Adds somebody who has not signed up.</summary>
    public async Task<Person> AddAsync(string email, params RoleGrant[] roles) =>
        (await People.People.AddAsync(new NewPerson(email, "Ann Example") { Roles = roles }, TestCore.Operator)).Get();

    public async Task<string> LinkAsync(string email) =>
        (await People.Invitations.InviteAsync(email, handOver: true, TestCore.Operator)).Get().Link!.Split('/')[^1];

    /// <summary>Adds somebody who has signed up, from home; answers the token of the session.</summary>
    public async Task<string> SignUpAsync(string email, params RoleGrant[] roles)
    {
        await AddAsync(email, roles);
        var link = await LinkAsync(email);
        var kept = await BeginAsync(email, link);
        var enrolled = (await People.Credentials.SignUpAsync(link, kept, Code(email), Home)).Get();
        Core.Scalar($"UPDATE person_credential SET password = '{PasswordTries.Quick}' WHERE password IS NOT NULL");
        RecoveryCodes[email] = enrolled.RecoveryCodes;
        Next();
        return enrolled.Token!;
    }

    /// <summary>Takes the first step behind a link, as one browser; answers what that browser keeps.</summary>
    public async Task<string> BeginAsync(string email, string link)
    {
        var step = (await People.Credentials.BeginSignUpAsync(link, Password, null, Home)).Get();
        Know(email, step.Enrolment);
        return step.Kept;
    }

    public void Know(string email, TotpEnrolment enrolment) => _secrets[email] = Decode(enrolment.Secret);

    /// <summary>What the telephone shows now.</summary>
    public string Code(string email, int steps = 0) => Totp.Code(_secrets[email], Totp.StepOf(Time.GetUtcNow()) + steps);

    public string WrongCode(string email)
    {
        string[] right = [Code(email, -1), Code(email), Code(email, 1)];
        return Enumerable.Range(0, 4).Select(i => $"{i}00000").First(code => !right.Contains(code));
    }

    /// <summary>The telephone shows another code.</summary>
    public void Next() => Time.Advance(TimeSpan.FromSeconds(30));

    public async Task<string> WaitingAsync(string email, PortalClient client)
    {
        var answer = (await People.SignIn.CheckPasswordAsync(email, Password, client)).Get();
        Assert.Equal(SignInVerdict.SecondFactorNeeded, answer.Verdict);
        return answer.Token!;
    }

    public async Task<string> SignInAsync(string email, PortalClient client)
    {
        var answer = (await People.SignIn.CheckSecondFactorAsync(await WaitingAsync(email, client), Code(email), client)).Get();
        Assert.Equal(SignInVerdict.Accepted, answer.Verdict);
        Next();
        return answer.Token!;
    }

    public async Task<PortalSession> SessionAsync(string email) => Assert.IsType<PortalSession>(await People.Sessions.FindAsync(await SignInAsync(email, Home)));

    public async Task<Person> FindAsync(string email) => (await People.People.FindAsync(email)).Get();

    public async Task<SignInVerdict> TryAsync(string email, string password, PortalClient client) => (await People.SignIn.CheckPasswordAsync(email, password, client)).Get().Verdict;

    public async Task<IReadOnlyList<AuditRecord>> AuditAsync(string action) => (await Core.Services.Audit.SearchAsync(new AuditQuery { Action = action })).Items;

    /// <summary>The texts of mails of a topic to somebody, the newest first.</summary>
    public List<string> Mails(string topic, string email)
    {
        List<string> mails = [];
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Core.Files.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT subject || char(10) || text FROM delivery WHERE kind = 'mail' AND topic = $topic AND target = $email ORDER BY id DESC";
        command.Parameters.AddWithValue("$topic", topic);
        command.Parameters.AddWithValue("$email", email);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            mails.Add(reader.GetString(0));
        }

        return mails;
    }

    public static Passkey NewPasskey(byte id, bool verified = true) => new([id, 2, 3], [4, 5, 6], $"key {id}", DateTimeOffset.UnixEpoch, 0, ["internal", "hybrid"], verified, true, true, [7], [8]);

    public ValueTask DisposeAsync() => Core.DisposeAsync();

    public static byte[] Decode(string base32)
    {
        var (bytes, value, bits) = (new List<byte>(), 0, 0);
        foreach (var letter in base32)
        {
            (value, bits) = (((value << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal)) & 0xFFFF, bits + 5);
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(value >> bits));
            }
        }

        return [.. bytes];
    }
}
