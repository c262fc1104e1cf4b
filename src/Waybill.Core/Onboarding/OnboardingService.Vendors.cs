using Waybill.Core.Database;
using Waybill.Core.Logins;

namespace Waybill.Core.Onboarding;

/// <summary>
/// Vendor logins that an account asks for. The vendor's person gets the link of an invitation whose user name is that of the vendor's login, and sends the public key by its
/// form; the request waits in the queue as every other one, and its approval makes a vendor's login. What the form says of the user name counts for nothing.
/// </summary>
public sealed partial class OnboardingService
{
    /// <summary>Asks for a vendor's login.</summary>
    public async ValueTask<Outcome> AskForVendorAsync(NewVendor vendor, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vendor);
        var name = vendor.Vendor.Trim();
        if (UserName.CheckVendor(name) is { } bad)
        {
            return bad;
        }

        var userName = $"{vendor.Account}-{name}";
        var (first, last) = FormLines.Names(vendor.Name);
        return new((await InviteAsync(
            new NewInvitation(vendor.Account, vendor.Email) { FirstName = first, LastName = last, UserName = userName }, isVendor: true,
            connection => VendorProblem(connection, vendor.Account, userName), actor, cancellationToken).ConfigureAwait(false)).Problem);
    }

    /// <summary>
    /// Requests for vendors' logins of an account that are not decided, the newest first. Anybody may send requests that name the account: they must not hide these.
    /// </summary>
    public ValueTask<IReadOnlyList<AccessRequest>> WaitingVendorsAsync(string account, int size, CancellationToken cancellationToken = default) =>
        _database.ReadAsync<IReadOnlyList<AccessRequest>>(
            connection => connection.All(
                $"{RequestSql.Select} WHERE r.account_key = @account AND r.{RequestSql.Undecided} AND instr(r.user_name, '-') > 0 ORDER BY r.id DESC LIMIT @limit",
                RequestSql.Read, ("@account", Accounts.AccountNumber.Fold(account)), ("@limit", size)),
            cancellationToken);

    private Problem? VendorProblem(DatabaseConnection connection, string account, string userName)
    {
        if (LoginSql.Find(connection, userName) is not null)
        {
            return Problem.AlreadyExists("The account has a vendor of this short name already. Choose another name, or add the key to its login.");
        }

        var open = connection.Number(
            "SELECT count(*) FROM access_invitation WHERE account_id = (SELECT id FROM account WHERE number_key = @account) AND expires_at > @now AND instr(user_name, '-') > 0",
            ("@account", Accounts.AccountNumber.Fold(account)), ("@now", _time.GetUtcNow().ToColumn()));
        return open >= OnboardingLimits.VendorInvitations
            ? Problem.LimitReached($"{OnboardingLimits.VendorInvitations} vendors were invited in the last days already. Wait until some of them have answered, or ask your provider.")
            : null;
    }

    /// <summary>A vendor's request makes that vendor's login and no customer's, who sees all of the vault; a customer's request makes no vendor's.</summary>
    private static Problem? VendorRefusal(AccessRequest request, Approval approval) =>
        approval.UserName is not { } given || given.Equals(request.Details.UserName, StringComparison.OrdinalIgnoreCase) ? null
        : IsVendor(request.Details.UserName) ? Problem.Refused($"Request {request.Reference} is for the vendor's login {request.Details.UserName}. It gets no other name.")
        : IsVendor(given) ? UserName.Check(given)
        : null;

    /// <summary>Whether a user name is that of a vendor's login: no other has a hyphen.</summary>
    private static bool IsVendor(string? userName) => userName?.Contains('-', StringComparison.Ordinal) == true;

    /// <summary>The fields as they are checked: a vendor's user name comes from an invitation of ours, and is no customer's.</summary>
    private static RequestDetails Checked(RequestDetails details) => IsVendor(details.UserName) ? details with { UserName = null } : details;
}
