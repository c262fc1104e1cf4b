using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Logins;

namespace Waybill.Core.Passwords;

/// <summary>Passwords of logins, for FTPS and NTSAPI and never for SSH. One for a process: what compares them does so for all of it.</summary>
public sealed partial class LoginPasswords : IDisposable
{
    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SecretLinks _links;
    private readonly PasswordWork _work;
    private readonly PasswordWork _workOfKnown;
    private readonly RecentPasswords _recent;
    private readonly WrongPasswords _wrong = new();

    // A wrong one is counted before it is compared: right ones that come at once from behind one address, as all programs of a customer do at the full hour, would else be
    // counted as wrong ones of each other.
    private readonly TurnsByKey _turns = new();

    /// <summary>Prepares it.</summary>
    /// <param name="database">Where passwords are kept.</param>
    /// <param name="audit">Where everything is recorded.</param>
    /// <param name="time">The clock.</param>
    /// <param name="links">Makes the links by which customers set them.</param>
    public LoginPasswords(WaybillDatabase database, AuditLog audit, TimeProvider time, SecretLinks links)
        : this(
            database, audit, time, links, new PasswordWork(PasswordLimits.HashesAtOnce, PasswordLimits.HashesWaiting),
            new PasswordWork(PasswordLimits.HashesAtOnce, PasswordLimits.HashesWaiting))
    {
    }

    /// <summary>As the other one, with the work of strangers, and of those that have come from where they are before: the former cannot keep the latter out.</summary>
    internal LoginPasswords(WaybillDatabase database, AuditLog audit, TimeProvider time, SecretLinks links, PasswordWork work, PasswordWork workOfKnown)
    {
        (_database, _audit, _time, _links, _work, _workOfKnown) = (database, audit, time, links, work, workOfKnown);
        _recent = new RecentPasswords(time);
    }

    /// <summary>Sets a password in place of the one before, whose sessions end; sources that were locked may try at once.</summary>
    public async ValueTask<Result<LoginPassword>> SetAsync(string userName, string password, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(actor);
        if (await _database.ReadAsync(connection => LoginSql.Find(connection, userName), cancellationToken).ConfigureAwait(false) is not { } login)
        {
            return LoginSql.Unknown(userName);
        }

        var hashed = await HashAsync(password, login, cancellationToken).ConfigureAwait(false);
        return !hashed.Succeeded ? hashed.Problem : await _database.WriteAsync<LoginPassword>(
            transaction => LoginSql.Find(transaction.Connection, userName) is { } current ? Set(transaction, current, hashed.Value, actor.Name, "given", actor) : LoginSql.Unknown(userName),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a password and sets it; it is told this once.</summary>
    public async ValueTask<Result<GeneratedPassword>> GenerateAsync(string userName, Actor actor, CancellationToken cancellationToken = default)
    {
        var password = PasswordMaker.Make();
        var set = await SetAsync(userName, password, actor, cancellationToken).ConfigureAwait(false);
        return set.Succeeded ? new GeneratedPassword(set.Value.UserName, password) : set.Problem;
    }

    /// <summary>Removes it; its sessions end, and so do links to set one.</summary>
    public ValueTask<Result<LoginPassword>> RemoveAsync(string userName, Actor actor, CancellationToken cancellationToken = default) => ChangeAsync(
        userName,
        (transaction, login) =>
        {
            SecretLinks.Revoke(transaction, LinkPurpose, LoginLinks.Subject(login));
            if (!LoginPasswordSql.Remove(transaction.Connection, login.Id))
            {
                return Problem.NotFound($"{login.UserName} has no password.");
            }

            LoginPasswordSql.ForgetTries(transaction.Connection, login.Id);
            transaction.TouchLogins();
            Record(transaction, PasswordActions.Removed, login, actor, null);
            return null;
        },
        cancellationToken);

    /// <summary>What may be known of a login's password; also where there is none.</summary>
    public async ValueTask<Result<LoginPassword>> ShowAsync(string userName, CancellationToken cancellationToken = default) =>
        await _database.ReadAsync(connection => LoginSql.Find(connection, userName) is { } login ? View(connection, login) : null, cancellationToken).ConfigureAwait(false) is { } view
            ? view
            : LoginSql.Unknown(userName);

    /// <summary>Forgets the wrong passwords that came for a login, so that they are looked at again at once, wherever they come from.</summary>
    /// <returns>How many sources had been counted.</returns>
    public async ValueTask<Result<int>> UnlockAsync(string userName, Actor actor, CancellationToken cancellationToken = default)
    {
        var count = 0;
        var changed = await ChangeAsync(
            userName,
            (transaction, login) =>
            {
                var connection = transaction.Connection;
                AdoptTries(connection, login);
                var tries = LoginPasswordSql.Tries(connection, login.Id, _time.GetUtcNow());
                foreach (var source in tries)
                {
                    SignInTries.Clear(connection, TryRule.LoginsOfSource, source.Source);
                }

                LoginPasswordSql.ForgetTries(connection, login.Id);
                count = tries.Count;
                Record(transaction, PasswordActions.Unlocked, login, actor, count == 0 ? "no wrong password was counted" : string.Join(", ", tries.Select(static source => $"{source.Tries} from {source.Source}")));
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        return changed.Succeeded ? count : changed.Problem;
    }

    /// <summary>
    /// Forgets the wrong passwords that came from a source for whatever logins, so that those of logins which have not come from there before are looked at again at once. The
    /// waits of single logins stay.
    /// </summary>
    /// <param name="source">An address of the source, or its /64.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<UnlockedSource>> UnlockSourceAsync(string source, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(actor);
        return SourceText.Parse(source) is not { } name
            ? new(Problem.Invalid($"'{source}' is no address; write it as 192.0.2.1 or 2001:db8::1."))
            : _database.WriteAsync<UnlockedSource>(
                transaction =>
                {
                    var tries = SignInTries.Counted(transaction.Connection, TryRule.LoginsOfSource, name, _time.GetUtcNow());
                    SignInTries.Clear(transaction.Connection, TryRule.LoginsOfSource, name);
                    _audit.Append(transaction, new AuditEntry(PasswordActions.Unlocked, actor)
                    {
                        Subject = name,
                        Detail = tries == 0 ? "no wrong password was counted" : string.Create(CultureInfo.InvariantCulture, $"{tries} wrong passwords for one name or another"),
                    });
                    return new UnlockedSource(name, tries);
                },
                cancellationToken);
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _work.Dispose();
        _workOfKnown.Dispose();
    }

    private static LoginPassword View(DatabaseConnection connection, Login login, StoredPassword? password, IReadOnlyList<PasswordLock> locks) => new(
        login.UserName, login.Account, password?.Set, password?.SetBy, password?.IsImported == true, password is not null && !PasswordWork.IsImported(password.Hash), password?.IsWeak == true,
        password?.LastUsed, password?.LastUsedFrom, password?.LastUsedClient, LoginPasswordSql.Terms(connection, login.Id), locks);

    private LoginPassword View(DatabaseConnection connection, Login login)
    {
        var now = _time.GetUtcNow();
        return View(connection, login, LoginPasswordSql.Find(connection, login.Id), [.. LoginPasswordSql.Tries(connection, login.Id, now).Where(each => each.Until > now)]);
    }

    private LoginPassword Set(WriteTransaction transaction, Login login, string hash, string by, string how, Actor actor)
    {
        var connection = transaction.Connection;
        var isNew = LoginPasswordSql.Find(connection, login.Id) is null;
        LoginPasswordSql.Set(connection, login.Id, hash, by, isImported: false, _time.GetUtcNow());
        AdoptTries(connection, login);
        LoginPasswordSql.ForgetTries(connection, login.Id);
        SecretLinks.Revoke(transaction, LinkPurpose, LoginLinks.Subject(login));
        transaction.TouchLogins();
        Record(transaction, PasswordActions.Set, login, actor, isNew ? how : $"{how}, in place of another");
        return View(connection, login);
    }

    /// <summary>What was tried for its name before the login was made is its own: nobody could end that wait else.</summary>
    private static void AdoptTries(DatabaseConnection connection, Login login)
    {
        foreach (var source in LoginPasswordSql.SourcesOfNobody(connection))
        {
            SignInTries.Adopt(connection, TryRule.Login, Who(login.UserName, source), login.Id);
        }
    }

    private ValueTask<Result<LoginPassword>> ChangeAsync(string userName, Func<WriteTransaction, Login, Problem?> change, CancellationToken cancellationToken) => _database.WriteAsync<LoginPassword>(
        transaction =>
            LoginSql.Find(transaction.Connection, userName) is not { } login ? LoginSql.Unknown(userName)
            : change(transaction, login) is { } problem ? problem
            : View(transaction.Connection, login),
        cancellationToken);

    private async ValueTask<Result<string>> HashAsync(string password, Login login, CancellationToken cancellationToken) =>
        PasswordRules.Check(password, login) is { } problem ? problem
        : await _work.CreateAsync(password, cancellationToken).ConfigureAwait(false) is { } hash ? hash
        : Problem.LimitReached("Too many programs log in at this moment. Try again in a minute.");

    private void Record(WriteTransaction transaction, string action, Login login, Actor actor, string? detail) =>
        _audit.Append(transaction, new AuditEntry(action, actor) { Account = login.Account, Subject = login.UserName, Detail = detail });
}
