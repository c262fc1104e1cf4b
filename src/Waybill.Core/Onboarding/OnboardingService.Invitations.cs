using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;

namespace Waybill.Core.Onboarding;

/// <summary>Invitations that wait for an answer.</summary>
public sealed partial class OnboardingService
{
    /// <summary>Lists the invitations whose link opens, the newest first.</summary>
    /// <param name="account">Only those to this account; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="before"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<WaitingInvitation>> InvitationsAsync(string? account = null, int size = 100, string? before = null, CancellationToken cancellationToken = default)
    {
        size = Page<WaitingInvitation>.Clamp(size);
        var below = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
        var now = _time.GetUtcNow();
        return _database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    """
                    SELECT i.id, a.number, i.email, i.user_name, i.created_by, i.created_at, i.expires_at FROM access_invitation i JOIN account a ON a.id = i.account_id
                    WHERE i.id < @below AND i.expires_at > @now AND (@account IS NULL OR a.number_key = @account) ORDER BY i.id DESC LIMIT @limit
                    """,
                    static row => new WaitingInvitation(row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.Time(5), row.Time(6)),
                    ("@below", below), ("@now", now.ToColumn()), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", size + 1));
                return new Page<WaitingInvitation>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>Takes an invitation back: its link, which may be in a mailbox that it was never meant for, opens nothing any more.</summary>
    public ValueTask<Result<string>> WithdrawAsync(long invitation, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync<string>(
        transaction =>
        {
            var found = transaction.Connection.First(
                "SELECT a.number, i.email FROM access_invitation i JOIN account a ON a.id = i.account_id WHERE i.id = @id AND i.expires_at > @now",
                static row => (Account: row.GetString(0), Email: row.GetString(1)), ("@id", invitation), ("@now", _time.GetUtcNow().ToColumn()));
            if (found.Email is null)
            {
                return Problem.NotFound($"There is no invitation {invitation} that waits. `waybill request invitations` lists them.");
            }

            _audit.Append(transaction, new AuditEntry(OnboardingActions.InvitationWithdrawn, actor) { Account = found.Account, Subject = found.Email });
            SecretLinks.Revoke(transaction, InvitationPurpose, invitation.ToString(CultureInfo.InvariantCulture));
            Forget(transaction.Connection, invitation);
            return found.Email;
        },
        cancellationToken);

    private static void Forget(DatabaseConnection connection, long invitation) => connection.Execute("DELETE FROM access_invitation WHERE id = @id", ("@id", invitation));
}
