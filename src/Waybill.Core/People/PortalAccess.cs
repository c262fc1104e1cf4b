using System.Data.Common;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>
/// The checks of <see cref="PortalPermissions"/>. At the provider a wrong role is told so; an account that somebody has no role at is not found, whether it is there
/// or not.
/// </summary>
/// <param name="database">Where accounts say whether the portal shows their files.</param>
/// <param name="audit">Where changes of that are recorded.</param>
/// <param name="files">What the configuration says for all accounts.</param>
public sealed class PortalAccess(WaybillDatabase database, AuditLog audit, PortalFiles files)
{
    /// <summary>Whether somebody may do an operation at the provider.</summary>
    public static Outcome Check(PortalSession session, PortalOperation operation)
    {
        var permission = PortalPermissions.Of(operation);
        ArgumentOutOfRangeException.ThrowIfEqual(permission.IsAtAccount, true, nameof(operation));

        // Whoever looks as a customer does nothing else meanwhile: nothing is done for the wrong account because two pages look alike.
        return session.Stage != SessionStage.Full ? PortalSessions.SignedOut()
            : !session.Person.Roles.Any(role => role.IsAtProvider && PortalPermissions.Allows(operation, role.Role))
                ? Problem.Refused($"You may not {permission.Words}. Whoever administers Waybill can give you a role that may.")
            : session.View is { } view ? Problem.Refused($"You look at account {view.Account} as its customer. End that first.")
            : Outcome.Done;
    }

    /// <summary>Whether somebody may do an operation to a person: what concerns staff is for administrators, or support would make itself one.</summary>
    public static Outcome Check(PortalSession session, PortalOperation operation, Person target) =>
        Check(session, operation == PortalOperation.ChangePeople && target.IsStaff ? PortalOperation.ChangeStaff : operation);

    /// <summary>Whether somebody may look at an account as its customer, at this moment: a view does not outlive the role that it was begun with.</summary>
    public static bool MayView(PortalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Person.Roles.Any(static role => role.IsAtProvider && PortalPermissions.Allows(PortalOperation.ViewAsCustomer, role.Role));
    }

    /// <summary>Whether somebody may do an operation at an account, and how far.</summary>
    public async ValueTask<Result<AccountAccess>> CheckAsync(PortalSession session, PortalOperation operation, string account, CancellationToken cancellationToken = default)
    {
        var permission = PortalPermissions.Of(operation);
        ArgumentOutOfRangeException.ThrowIfEqual(permission.IsAtAccount, false, nameof(operation));
        if (session.Stage != SessionStage.Full)
        {
            return PortalSessions.SignedOut();
        }

        var roles = session.View is null ? [.. session.Person.Roles.Where(role => IsNumber(role.Account, account) && role.AccountStatus != AccountStatus.Closed)] : Array.Empty<RoleGrant>();
        var isView = session.View is { } view && IsNumber(view.Account, account) && MayView(session);
        if (!isView && roles.Length == 0)
        {
            return NotFound();
        }

        var allowed = roles.Where(role => PortalPermissions.Allows(operation, role.Role)).ToList();
        if (isView ? !PortalPermissions.AllowsViewer(operation) : allowed.Count == 0)
        {
            return Problem.Refused(isView
                ? $"Whoever looks at an account as its customer reads only, and may not {permission.Words}. End the view first."
                : $"As {string.Join(" and ", roles.Select(static role => PortalPermissions.Name(role.Role)).Distinct())} you may not {permission.Words}. Ask an owner of the account.");
        }

        if (!isView && allowed[0].AccountStatus == AccountStatus.Suspended)
        {
            return Problem.Refused($"Account {allowed[0].Account} is suspended. Ask your provider.");
        }

        if (await CheckFilesAsync(operation, account, cancellationToken).ConfigureAwait(false) is { } closed)
        {
            return closed;
        }

        return isView
            ? new AccountAccess(session.View!.Account, null, IsView: true)
            : new AccountAccess(
                allowed[0].Account!, allowed.Exists(static role => role.Role != PersonRole.Vendor) ? null : [.. allowed.Select(static role => role.Vendor!)], IsView: false);
    }

    /// <summary>Why an operation is not done with the files of an account over the web, by whomever; null when it is.</summary>
    public async ValueTask<Problem?> CheckFilesAsync(PortalOperation operation, string account, CancellationToken cancellationToken = default)
    {
        var needed = PortalPermissions.Of(operation).Files;
        if (needed == PortalFiles.Off)
        {
            return null;
        }

        var set = await FilesOfAsync(account, cancellationToken).ConfigureAwait(false);
        return set >= needed ? null : Problem.Refused(set == PortalFiles.Off
            ? "Files are not shown here. Fetch and deliver them by SFTP."
            : "Files can be read here and not changed. Deliver them by SFTP.");
    }

    /// <summary>What the portal does with the files of an account: the stricter of what the configuration and the account say.</summary>
    public async ValueTask<PortalFiles> FilesOfAsync(string account, CancellationToken cancellationToken = default)
    {
        return await OwnFilesAsync(account, cancellationToken).ConfigureAwait(false) is { } set && set < files ? set : files;
    }

    /// <summary>What an account itself says of its files in the portal; null where it is as the configuration has it for all.</summary>
    public ValueTask<PortalFiles?> OwnFilesAsync(string account, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => connection.First("SELECT portal_files FROM account WHERE number_key = @key", ReadFiles, ("@key", AccountNumber.Fold(account))), cancellationToken);

    /// <summary>Sets what the portal does with the files of an account; null is as the configuration has it for all.</summary>
    public async ValueTask<Outcome> SetFilesAsync(string account, PortalFiles? set, Actor actor, CancellationToken cancellationToken = default) => new((await database.WriteAsync<int>(
        transaction =>
        {
            if (AccountService.Find(transaction.Connection, account) is not { } found)
            {
                return AccountService.Unknown(account);
            }

            transaction.Connection.Execute("UPDATE account SET portal_files = @files WHERE id = @id", ("@files", set is { } word ? WordOf(word) : null), ("@id", found.Id));
            audit.Append(transaction, new AuditEntry(PeopleActions.PortalFilesSet, actor) { Account = found.Number, Subject = found.Number, Detail = set is { } detail ? WordOf(detail) : "as the provider" });
            return 0;
        },
        cancellationToken).ConfigureAwait(false)).Problem);

    /// <summary>The word of the configuration and the command line.</summary>
    public static string WordOf(PortalFiles files) => files == PortalFiles.ReadWrite ? "read-write" : files.ToWord();

    /// <summary>What a word says; null when it is none.</summary>
    public static PortalFiles? Parse(string? word) => word switch
    {
        "off" => PortalFiles.Off,
        "read" => PortalFiles.Read,
        "read-write" => PortalFiles.ReadWrite,
        _ => null,
    };

    private static PortalFiles? ReadFiles(DbDataReader row) => Parse(row.TextOrNull(0));

    private static bool IsNumber(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static Problem NotFound() => Problem.NotFound("There is no such page. It may have moved, or the address is wrong.");
}
