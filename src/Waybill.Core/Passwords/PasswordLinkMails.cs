using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;

namespace Waybill.Core.Passwords;

/// <summary>A link that was mailed.</summary>
/// <param name="UserName">The login whose password it sets.</param>
/// <param name="To">The address.</param>
/// <param name="Until">When it opens nothing any more.</param>
public sealed record MailedPasswordLink(string UserName, string To, DateTimeOffset Until);

/// <summary>
/// Mails the links by which customers set passwords: to the addresses that the account is known by, and to no other. Whoever reads the mail sets the password, so that an
/// address which somebody told on the telephone must become known first.
/// </summary>
public sealed class PasswordLinkMails
{
    /// <summary>Addresses that one account offers.</summary>
    public const int Addresses = 100;

    /// <summary>The template.</summary>
    private const string Template = "login-password-link";

    private readonly WaybillDatabase _database;
    private readonly LoginPasswords _passwords;
    private readonly PersonalMails _mails;
    private readonly string _publicUrl;
    private readonly TimeProvider _time;

    private PasswordLinkMails(WaybillDatabase database, LoginPasswords passwords, PersonalMails mails, string publicUrl, TimeProvider time) =>
        (_database, _passwords, _mails, _publicUrl, _time) = (database, passwords, mails, publicUrl.TrimEnd('/'), time);

    /// <summary>Prepares it; a broken template is a problem.</summary>
    /// <param name="database">Where logins are kept, and the outbox.</param>
    /// <param name="passwords">Makes the links.</param>
    /// <param name="options">How mails are written.</param>
    /// <param name="publicUrl">The base of every link.</param>
    /// <param name="time">The clock.</param>
    public static Result<PasswordLinkMails> Create(WaybillDatabase database, LoginPasswords passwords, NotificationOptions options, string publicUrl, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(publicUrl);
        var mails = PersonalMails.Load(options);
        return mails.Succeeded ? new PasswordLinkMails(database, passwords, mails.Value, publicUrl, time) : mails.Problem;
    }

    /// <summary>Where the link of a login may be sent: the account's own address first; none for a login that is of no account, or is not there.</summary>
    public ValueTask<List<string>> AddressesAsync(string userName, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(connection => LoginSql.Find(connection, userName) is { } login ? AddressesOf(connection, login) : [], cancellationToken);

    /// <summary>Makes a link and puts the mail into the outbox, together; links of before end.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="to">The address; null for the account's own.</param>
    /// <param name="actor">Who sends it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<MailedPasswordLink>> SendAsync(string userName, string? to, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync<MailedPasswordLink>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (LoginSql.Find(connection, userName) is not { } login)
            {
                return LoginSql.Unknown(userName);
            }

            var known = AddressesOf(connection, login);
            if (known.Count == 0)
            {
                return Problem.Refused($"No address is known of {(login.Account is { } number ? $"account {number}" : $"{login.UserName}, which is of no account")}. Add a person, or print the link and bring it to them.");
            }

            if ((to is null ? known[0] : known.Find(each => each.Equals(to, StringComparison.OrdinalIgnoreCase))) is not { } address)
            {
                return Problem.Refused($"'{Words.Show(to!)}' is no address of account {login.Account} or its people. Whoever reads the mail sets the password: add the person first.");
            }

            var now = _time.GetUtcNow();
            var until = now + PasswordLimits.Link;
            var token = _passwords.Link(transaction, login, actor, $"mailed to {address}");
            _mails.Add(
                connection, Template, AccountId(connection, login), address,
                new Dictionary<string, string> { ["user"] = login.UserName, ["link"] = $"{_publicUrl}/l/{token}", ["until"] = _mails.Show(until) }, now);
            return new MailedPasswordLink(login.UserName, address, until);
        },
        cancellationToken);

    /// <summary>The account's owners and members, and of the vendors those whose login it is.</summary>
    private static List<string> AddressesOf(DatabaseConnection connection, Login login) => AccountId(connection, login) is not { } account ? [] :
    [
        .. connection.All("SELECT email FROM account WHERE id = @account AND email IS NOT NULL", static row => row.GetString(0), ("@account", account))
            .Concat(connection.All(
                """
                SELECT DISTINCT p.email FROM person_role r JOIN person p ON p.id = r.person_id
                WHERE r.account_id = @account AND p.status = 'active' AND (r.role <> 'vendor' OR r.vendor_key = @vendor) ORDER BY p.email LIMIT @limit
                """,
                static row => row.GetString(0), ("@account", account), ("@vendor", login.Vendor?.ToLowerInvariant() ?? ""), ("@limit", Addresses)))
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static long? AccountId(DatabaseConnection connection, Login login) =>
        login.Account is { } number ? connection.Number("SELECT id FROM account WHERE number_key = @key", ("@key", AccountNumber.Fold(number))) : null;
}
