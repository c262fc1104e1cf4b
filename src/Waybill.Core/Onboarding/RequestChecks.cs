using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Logins;

namespace Waybill.Core.Onboarding;

/// <summary>What matches about a request and what does not, for the person who decides; the approval itself goes by the same rows.</summary>
internal sealed class RequestChecks
{
    /// <summary>By the index account_alike, whose expression this is: it runs in the one writer, for every unknown number that a stranger gives.</summary>
    internal const string AlikeStatement =
        "SELECT number FROM account WHERE ltrim(replace(replace(number_key, '.', ''), '_', ''), '0') = @key AND status <> 'closed' ORDER BY number_key LIMIT @most";

    private const int StrongRsaBits = 3072;
    private const int MostSuggestions = 99;

    private static readonly HashSet<string> FreeMail = new(StringComparer.OrdinalIgnoreCase)
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "msn.com", "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com", "aol.com",
        "gmx.com", "gmx.net", "gmx.de", "gmx.at", "web.de", "proton.me", "protonmail.com", "mail.com", "zoho.com", "yandex.com", "qq.com", "163.com",
    };

    private readonly DatabaseConnection _connection;
    private readonly AccessRequest _request;
    private readonly List<RequestCheck> _rows = [];

    private RequestChecks(DatabaseConnection connection, AccessRequest request)
    {
        _connection = connection;
        _request = request;
        Login = request.Kind == RequestKind.Key ? LoginSql.Find(connection, request.Login!) : null;
        Account = Login?.Account is { } number ? AccountService.Find(connection, number)
            : request.Kind == RequestKind.Login && request.Details.Account is { } given ? AccountService.Find(connection, given)
            : null;
    }

    /// <summary>All rows.</summary>
    public IReadOnlyList<RequestCheck> Rows => _rows;

    /// <summary>The account; null when there is none of that number.</summary>
    public Account? Account { get; }

    /// <summary>The login whose key is replaced.</summary>
    public Login? Login { get; }

    /// <summary>What is known of the key, when it is refused on every login.</summary>
    public RefusedKey? Refused { get; private set; }

    /// <summary>The user name that an approval gives.</summary>
    public string? UserName { get; private set; }

    /// <summary>What stands against an approval; null when nothing does.</summary>
    public RequestCheck? Stop => _rows.Find(static row => row.Verdict == CheckVerdict.Stop);

    public static RequestChecks Of(DatabaseConnection connection, AccessRequest request, SubscriptionService subscriptions, OnboardingOptions options)
    {
        var checks = new RequestChecks(connection, request);
        checks.CheckAccount();
        checks.CheckCompany();
        checks.CheckEmail();
        checks.CheckKey();
        checks.CheckKeysInUse();
        checks.CheckUserName();
        checks.CheckWishes(subscriptions);
        checks.CheckOthers();
        if (options.Hosts.Count == 0)
        {
            checks.Add("host", CheckVerdict.Stop, "Nobody has said where customers connect, so the mail could not say it.", "Set Ssh:Public in waybill.json.");
        }
        else if (checks.Account is { } account && Regions.Choose(account.Region, options.Hosts, static host => host.Region).Count == 0)
        {
            checks.Add("host", CheckVerdict.Stop, Regions.NoHost(account), Regions.AddHost(account));
        }

        return checks;
    }

    private void Add(string name, CheckVerdict verdict, string words, string? toDo = null) => _rows.Add(new RequestCheck(name, verdict, words, toDo));

    private void CheckAccount()
    {
        const string Name = "account";
        var given = _request.Details.Account;
        switch (Account)
        {
            case null when _request.Kind == RequestKind.Key:
                Add(Name, CheckVerdict.Stop, $"There is no login {Words.Show(_request.Login)} of an account.", "Reject it with words on what they should ask for: a new login, or another key for the right one.");
                break;
            case null when given is null:
                Add(Name, CheckVerdict.Stop, "No account number was given.", "Ask for it, or approve it for the account that you know it is.");
                break;
            case null:
                var alike = Alike(given);
                Add(Name, CheckVerdict.Stop, $"There is no account {Words.Show(given)}.{(alike.Count > 0 ? $" Alike: {string.Join(", ", alike)}." : "")}",
                    alike.Count > 0 ? $"If it is that one, approve it for account {alike[0]}; else ask back." : "Ask back, or add the account first.");
                break;
            case { Status: AccountStatus.Closed }:
                Add(Name, CheckVerdict.Stop, $"Account {Account.Number} ({Account.Name}) is closed.", "Reject it.");
                break;
            case { Status: AccountStatus.Suspended }:
                Add(Name, CheckVerdict.Look, $"Account {Account.Number} ({Account.Name}) is suspended: {Account.StatusReason ?? "no reason given"}. The login works when it is resumed.",
                    "Ask whoever suspended it.");
                break;
            case var _ when given is not null && AccountNumber.Fold(given) != AccountNumber.Fold(Account.Number):
                Add(Name, CheckVerdict.Look, $"The login belongs to account {Account.Number} ({Account.Name}), the request says {Words.Show(given)}.", "Ask which one is meant.");
                break;
            default:
                Add(Name, CheckVerdict.Ok, $"Account {Account.Number} is {Account.Name}.");
                break;
        }
    }

    private void CheckCompany()
    {
        const string Name = "company";
        var given = _request.Details.Company;
        if (Account is null)
        {
            return;
        }

        if (given is null)
        {
            Add(Name, CheckVerdict.Look, $"No company was given; the account's is {Account.Name}.");
        }
        else if (CompanyNames.Alike(given, Account.Name))
        {
            Add(Name, CheckVerdict.Ok, $"{Words.Show(given)} fits {Account.Name}.");
        }
        else
        {
            Add(Name, CheckVerdict.Look, $"{Words.Show(given)} does not look like {Account.Name}.", "Make sure that the person may act for that account.");
        }
    }

    private void CheckEmail()
    {
        const string Name = "e-mail";
        var email = _request.Details.Email!;
        if (_request.State == RequestState.Unconfirmed)
        {
            Add("confirmed", CheckVerdict.Stop, $"Nobody has opened the link that was sent to {email}.", "Wait, or send the mail again.");
        }
        else if (_request.Confirmed is { } confirmed)
        {
            Add("confirmed", CheckVerdict.Ok, $"The link that was sent to {email} was opened on {KeyService.Format(confirmed)}.");
        }
        else
        {
            Add("confirmed", CheckVerdict.Look, $"Whether {email} wrote this is not certain: the sender of a mail can be forged.", "Ask something back, or call the customer at a number that you know.");
        }

        if (Account is null)
        {
            return;
        }

        var domain = email[(email.LastIndexOf('@') + 1)..];
        var known = Account.Email is { } own ? own[(own.LastIndexOf('@') + 1)..] : null;
        if (known is null)
        {
            Add(Name, CheckVerdict.Look, $"Account {Account.Number} has no e-mail address to compare with.", "Compare with your own records.");
        }
        else if (Account.Email!.Equals(email, StringComparison.OrdinalIgnoreCase))
        {
            Add(Name, CheckVerdict.Ok, $"{email} is the account's own address.");
        }
        else if (domain.Equals(known, StringComparison.OrdinalIgnoreCase) && !FreeMail.Contains(domain))
        {
            Add(Name, CheckVerdict.Ok, $"{domain} is the domain of the account's address.");
        }
        else
        {
            Add(Name, CheckVerdict.Look, FreeMail.Contains(domain) ? $"{domain} gives addresses to everybody; the account's is {Account.Email}." : $"{domain} is not the domain of the account's address, {Account.Email}.",
                "Ask somebody at the account's address whether this person may have access.");
        }
    }

    private void CheckKey()
    {
        const string Name = "key";
        if (_request.Key is not { } key)
        {
            Add(Name, CheckVerdict.Stop, _request.KeyRefusal is { } refusal ? $"There is no key. What was sent: {refusal}" : "There is no key.", "Ask for the public key.");
            return;
        }

        if (BurntKeys.Refusal(_connection, key.Sha256, forStaff: true) is { } burnt)
        {
            Refused = BurntKeys.Find(_connection, key.Sha256);
            Add(Name, CheckVerdict.Stop, burnt.Message, Refused is { IsProven: true } ? "Ask for a new key." : null);
            return;
        }

        Add("key strength", key.Type == "ssh-rsa" && key.Bits < StrongRsaBits ? CheckVerdict.Look : CheckVerdict.Ok,
            key.Type == "ssh-rsa" && key.Bits < StrongRsaBits ? $"RSA of {key.Bits} bits is accepted; {StrongRsaBits} bits or Ed25519 would last longer." : $"{key.Type}, {key.Bits} bits.");
        var owners = _connection.All(
            """
            SELECT l.user_name, a.number, k.revoked_at, k.revoked_reason FROM login_key k JOIN login l ON l.id = k.login_id LEFT JOIN account a ON a.id = l.account_id
            WHERE k.sha256 = @sha256 ORDER BY k.revoked_at IS NULL, l.user_key LIMIT @most
            """,
            static row => (User: row.GetString(0), Account: row.IsDBNull(1) ? null : row.GetString(1), Revoked: row.TimeOrNull(2), Reason: row.TextOrNull(3)),
            ("@sha256", key.Sha256), ("@most", OnboardingLimits.Named));
        if (Login is not null && owners.Exists(owner => owner.User == Login.UserName && owner.Revoked is not null))
        {
            Add(Name, CheckVerdict.Stop, $"This key was revoked on {Login.UserName}, and a revoked key does not come back.", "Ask for a new key.");
        }
        else if (owners.Count > 0)
        {
            var list = string.Join(", ", owners.Select(static owner => owner.User + (owner.Revoked is null ? "" : $" (revoked there: {owner.Reason})")));
            var foreign = owners.Exists(owner => owner.Account != Account?.Number);
            Add(Name, CheckVerdict.Look, $"The same key is on {list}{(foreign ? ", which is not all of this account" : "")}.",
                foreign ? "Ask who holds it: a vendor may serve several customers with one key." : "Each system should have a key of its own.");
        }
        else
        {
            Add(Name, CheckVerdict.Ok, "No login has this key.");
        }
    }

    /// <summary>Who asks for another key has often just sent the private half of the old one.</summary>
    private void CheckKeysInUse()
    {
        foreach (var key in Account is null ? [] : BurntKeys.InUseAt(_connection, Account.Id).Take(OnboardingLimits.Named))
        {
            Add("keys in use", CheckVerdict.Look,
                $"{key.Sha256} works on {string.Join(", ", key.InstalledOn)}, and {(key.IsProven ? "its private half is" : "a file under a passphrase claims that its private half is")} in other hands ({key.How}).",
                key.IsProven ? "Revoke it there." : "Ask the customer whether they sent it. If they did, revoke it there.");
        }
    }

    private void CheckUserName()
    {
        const string Name = "user name";
        if (_request.Kind == RequestKind.Key)
        {
            UserName = Login?.UserName;
            if (Login is { Status: not LoginStatus.Active })
            {
                Add(Name, CheckVerdict.Look, $"The login {Login.UserName} is suspended: {Login.StatusReason ?? "no reason given"}.");
            }

            return;
        }

        if (Account is null)
        {
            return;
        }

        var wanted = _request.Details.UserName ?? Account.Number;
        if (wanted.Contains('-', StringComparison.Ordinal))
        {
            CheckVendor(Name, wanted, Account);
            return;
        }

        var why = Taken(wanted);
        if (why is null)
        {
            UserName = wanted;
            Add(Name, CheckVerdict.Ok, $"{wanted} is free.");
            return;
        }

        UserName = Enumerable.Range(1, MostSuggestions).Select(number => number == 1 ? Account.Number : string.Create(CultureInfo.InvariantCulture, $"{Account.Number}_{number}"))
            .FirstOrDefault(name => Taken(name) is null);
        Add(Name, UserName is null ? CheckVerdict.Stop : CheckVerdict.Look, why,
            UserName is null ? "Choose one." : $"Approving gives {UserName}, unless you choose another.");
    }

    /// <summary>A vendor's login is the account's number, a hyphen and the vendor's short name; another name would make another login of it.</summary>
    private void CheckVendor(string row, string wanted, Account account)
    {
        var dash = wanted.IndexOf('-', StringComparison.Ordinal);
        if (!wanted[..dash].Equals(account.Number, StringComparison.OrdinalIgnoreCase) || Logins.UserName.CheckVendor(wanted[(dash + 1)..]) is not null)
        {
            Add(row, CheckVerdict.Stop, $"{Words.Show(wanted)} is no vendor's login of account {account.Number}.", "Reject it, or give the account that it is for.");
        }
        else if (LoginSql.Find(_connection, wanted) is { } login)
        {
            Add(row, CheckVerdict.Stop, $"{login.UserName} is there already.", "If the vendor only needs another key, add the key there.");
        }
        else
        {
            UserName = wanted;
            Add(row, CheckVerdict.Ok, $"{wanted} is free: a login for the vendor {wanted[(dash + 1)..]}, which sees its own folder only.");
        }
    }

    /// <summary>Why a user name cannot be given, or null.</summary>
    private string? Taken(string name)
    {
        if (Logins.UserName.Check(name) is { } bad)
        {
            return bad.Message;
        }

        if (LoginSql.Find(_connection, name) is { } login)
        {
            return login.Account == Account?.Number
                ? $"{login.UserName} is a login of this account already. If the person only needs another key for it, add the key there (at the command line with `waybill key add`)."
                : $"{login.UserName} is taken.";
        }

        return AccountService.Find(_connection, name) is { } other && other.Id != Account?.Id ? $"{name} is the number of another account." : null;
    }

    private void CheckWishes(SubscriptionService subscriptions)
    {
        var details = _request.Details;
        if (_request.Kind == RequestKind.Login && subscriptions.Check(details.Feeds, details.FileTypes) is { } problem)
        {
            Add("feeds", CheckVerdict.Look, problem.Message, "Set what the account gets (at the command line with `waybill subscription set`).");
        }

        if (details.Automation && details.AllowFrom.Count == 0)
        {
            Add("addresses", CheckVerdict.Look, "A program will connect, and no source addresses were given.", "Ask whether it has fixed ones.");
        }
    }

    private void CheckOthers()
    {
        var others = _connection.All(
            $"""
            SELECT reference FROM access_request WHERE {RequestSql.Undecided} AND id <> @id
              AND (email_key = @email OR (account_key IS NOT NULL AND account_key = @account) OR (key_sha256 IS NOT NULL AND key_sha256 = @key)) ORDER BY id DESC LIMIT @most
            """,
            static row => row.GetString(0),
            ("@id", _request.Id), ("@email", RequestSql.EmailKey(_request.Details.Email!)), ("@account", _request.Details.Account is { } account ? AccountNumber.Fold(account) : null),
            ("@key", _request.Key?.Sha256), ("@most", OnboardingLimits.Named));
        if (others.Count > 0)
        {
            Add("others", CheckVerdict.Look, $"Undecided too, of the same person, account or key: {string.Join(", ", others)}.", "Decide one, and reject what is the same.");
        }
    }

    /// <summary>Accounts whose number is the same but for leading zeros and characters that no number has.</summary>
    private List<string> Alike(string given)
    {
        var letters = string.Concat(given.Where(static each => char.IsAsciiLetterOrDigit(each))).TrimStart('0');
        return letters.Length == 0 ? [] : _connection.All(
            AlikeStatement,
            static row => row.GetString(0), ("@key", AccountNumber.Fold(letters)), ("@most", OnboardingLimits.Named));
    }
}
