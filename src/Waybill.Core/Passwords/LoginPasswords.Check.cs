using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Logins;

namespace Waybill.Core.Passwords;

/// <summary>
/// What servers ask when somebody comes with a password. A name that nobody has is as much work as one that somebody has. Wrong ones lock a login for the source that they
/// came from, each time longer, and for no other: nobody locks a customer out from elsewhere. A right one ends that; where the login comes from, different wrong ones are
/// also counted through the right ones of a day, since somebody else may be behind the same address.
/// </summary>
public sealed partial class LoginPasswords
{
    /// <summary>Whether a password is right and its login may be used from there, now.</summary>
    public async ValueTask<Result<PasswordAnswer>> CheckAsync(PasswordAttempt attempt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (await DecideAsync(attempt, cancellationToken).ConfigureAwait(false) is (_, { } before))
        {
            return before;
        }

        using var turn = await _turns.EnterAsync(attempt.Source, cancellationToken).ConfigureAwait(false);
        var (seen, meanwhile) = await DecideAsync(attempt, cancellationToken).ConfigureAwait(false);
        if (meanwhile is { } decided)
        {
            return decided;
        }

        var counted = await _database.WriteAsync<Counted>(transaction => Count(transaction, attempt), cancellationToken).ConfigureAwait(false);
        if (!counted.Succeeded)
        {
            return counted.Problem;
        }

        if (counted.Value.Wait is { } wait)
        {
            return new PasswordAnswer(LoginReason.PasswordLocked, seen.Candidate, TryAgain: wait.Until, WaitingSource: wait.Source);
        }

        var work = seen.IsKnownSource ? _workOfKnown : _work;
        bool? isRight;
        try
        {
            isRight = await work.VerifyAsync(seen.Hash, PasswordRules.IsTooLong(attempt.Password) ? "" : attempt.Password, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // A client that has gone, or a hash that cannot be computed here: nobody was wrong.
            await _database.WriteAsync<bool>(transaction => TakeBack(transaction, attempt, seen.IsKnownSource, counted.Value), CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        if (isRight is null)
        {
            var released = await _database.WriteAsync<bool>(transaction => TakeBack(transaction, attempt, seen.IsKnownSource, counted.Value), cancellationToken).ConfigureAwait(false);
            return released.Succeeded ? new PasswordAnswer(LoginReason.Busy, seen.Candidate) : released.Problem;
        }

        if (!isRight.Value || seen.Stored is not { } stored)
        {
            return await RefuseAsync(seen, attempt, counted.Value).ConfigureAwait(false);
        }

        // Another server's hash has done its duty.
        var rehashed = PasswordWork.IsImported(stored.Hash) ? await work.CreateAsync(attempt.Password, cancellationToken).ConfigureAwait(false) : null;
        return await EnterAsync(seen, attempt, counted.Value, rehashed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What can be said without comparing a hash: the source has to wait, or the password was right a moment ago. Null for neither.</summary>
    private async ValueTask<(Seen Seen, Result<PasswordAnswer>? Answer)> DecideAsync(PasswordAttempt attempt, CancellationToken cancellationToken)
    {
        var seen = await _database.ReadAsync(connection => Look(connection, attempt), cancellationToken).ConfigureAwait(false);
        if (seen.Wait is { } wait)
        {
            return (seen, new PasswordAnswer(LoginReason.PasswordLocked, seen.Candidate, TryAgain: wait.Until, WaitingSource: wait.Source));
        }

        if (seen.Stored is { } known && _recent.IsKnown(known.Stamp, attempt.Password))
        {
            return (seen, EnterAgain(seen, attempt) ?? await EnterAsync(seen, attempt, counted: null, rehashed: null, cancellationToken).ConfigureAwait(false));
        }

        return (seen, null);
    }

    private Seen Look(DatabaseConnection connection, PasswordAttempt attempt)
    {
        var now = _time.GetUtcNow();
        var candidate = LoginDirectory.Find(connection, attempt.User);
        var last = LoginPasswordSql.LastFrom(connection, candidate?.Login.Id ?? 0, attempt.Source);
        var isKnownSource = last > now - PasswordLimits.Source;
        var decoy = LoginPasswordSql.Decoy(connection, UserName.Fold(attempt.User));
        return new Seen(candidate, isKnownSource, candidate?.Password?.Hash ?? decoy, WaitOf(connection, attempt, candidate, isKnownSource, now))
        {
            LastFromThere = last, HasTries = SignInTries.Any(connection, TryRule.Login, Who(attempt)),
        };
    }

    private static Wait? WaitOf(DatabaseConnection connection, PasswordAttempt attempt, LoginCandidate? candidate, bool isKnownSource, DateTimeOffset now)
    {
        var ofLogin = SignInTries.BlockedUntil(connection, TryRule.Login, Who(attempt), now);
        var other = isKnownSource
            ? SignInTries.BlockedUntil(connection, TryRule.LoginGuess, Who(attempt), now)
            : SignInTries.BlockedUntil(connection, TryRule.LoginsOfSource, attempt.Source, now);

        // Where a login has a wait of its own, what ends that ends the source's too; nothing but time ends that of a name which nobody has.
        var isOfSource = other is not null && !isKnownSource && (ofLogin is null || (candidate is null && other >= ofLogin));
        return (other > ofLogin || ofLogin is null ? other : ofLogin) is { } until ? new Wait(until, isOfSource ? attempt.Source : null) : null;
    }

    /// <summary>Counts before anything is compared: of a hundred at once no more are than of a hundred in turn.</summary>
    private Counted Count(WriteTransaction transaction, PasswordAttempt attempt)
    {
        var connection = transaction.Connection;
        var (now, seen) = (_time.GetUtcNow(), Look(connection, attempt));
        if (seen.Wait is { } wait)
        {
            return new Counted(0, 0, wait);
        }

        var ofSource = seen.IsKnownSource ? 0 : SignInTries.Count(connection, TryRule.LoginsOfSource, attempt.Source, now);
        return new Counted(SignInTries.Count(connection, RuleOf(seen.IsKnownSource), Who(attempt), now, seen.Candidate?.Login.Id, attempt.Source), ofSource, null);
    }

    private static bool TakeBack(WriteTransaction transaction, PasswordAttempt attempt, bool isKnownSource, Counted counted)
    {
        // Nothing was compared.
        SignInTries.TakeBack(transaction.Connection, RuleOf(isKnownSource), Who(attempt), counted.Tries);
        if (!isKnownSource)
        {
            SignInTries.TakeBack(transaction.Connection, TryRule.LoginsOfSource, attempt.Source, counted.OfSource);
        }

        return true;
    }

    /// <summary>
    /// The password was right a short while ago: where nothing is to be written of it, nobody waits for the disk, and a program that calls many times a second holds up no writer.
    /// Null where something is.
    /// </summary>
    private PasswordAnswer? EnterAgain(Seen seen, PasswordAttempt attempt)
    {
        if (seen.HasTries)
        {
            return null;
        }

        var now = _time.GetUtcNow();
        var answer = Judge(seen.Candidate!, seen.Stored!, attempt, now);
        if (answer.Credential is null)
        {
            return answer;
        }

        if (!attempt.IsEncrypted || seen.Stored!.FirstUsed is null || seen.LastFromThere is not { } last || (now - last).Duration() >= PasswordLimits.SourceInterval)
        {
            return null;
        }

        _recent.Remember(seen.Stored.Stamp, attempt.Password);
        return answer;
    }

    /// <summary>Whether a login whose password is right may go on.</summary>
    private static PasswordAnswer Judge(LoginCandidate candidate, StoredPassword stored, PasswordAttempt attempt, DateTimeOffset now)
    {
        var credential = new LoginCredential.OfPassword(stored.Stamp, attempt.IsEncrypted);
        var reason = LoginDirectory.CheckState(candidate, attempt.Address);
        reason = reason == LoginReason.Ok ? credential.Check(candidate, now) : reason;
        return reason == LoginReason.Ok ? new PasswordAnswer(reason, candidate, credential, PlainAt: attempt.IsEncrypted ? null : now) : new PasswordAnswer(reason, candidate);
    }

    /// <summary>The password is right: its login may go on if nothing else stands against it.</summary>
    private async ValueTask<Result<PasswordAnswer>> EnterAsync(Seen seen, PasswordAttempt attempt, Counted? counted, string? rehashed, CancellationToken cancellationToken)
    {
        var answer = await _database.WriteAsync<PasswordAnswer>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());

                // Who got another password meanwhile comes too late.
                if (LoginDirectory.Find(connection, attempt.User) is not { Password: { } stored } candidate || stored.Stamp != seen.Stored!.Stamp)
                {
                    return new PasswordAnswer(LoginReason.PasswordChanged, seen.Candidate);
                }

                var login = candidate.Login;
                SignInTries.Clear(connection, TryRule.Login, Who(attempt));
                if (counted is not null && !seen.IsKnownSource)
                {
                    SignInTries.TakeBack(connection, TryRule.LoginsOfSource, attempt.Source, counted.OfSource);
                }

                if (rehashed is not null)
                {
                    LoginPasswordSql.Rehash(connection, stored, rehashed, PasswordRules.Check(attempt.Password, login) is not null);
                }

                var judged = Judge(candidate, stored, attempt, now);
                if (judged.Credential is null)
                {
                    return judged;
                }

                LoginPasswordSql.NoteSource(connection, login.Id, attempt.Source, now);
                if (!attempt.IsEncrypted)
                {
                    LoginPasswordSql.NotePlain(
                        connection, login.Id, SourceText.Plain(attempt.Address).ToString(), AuditText.Clean(attempt.Client, Words.MaximumLength, doubleBackslash: false)!, now);
                }

                if (stored.FirstUsed is null)
                {
                    LoginPasswordSql.FirstUsed(connection, login.Id, now);
                    Record(transaction, PasswordActions.FirstUsed, login, From(attempt), stored.IsImported ? "a password of before; it is hashed anew" : null);
                }

                return judged;
            },
            cancellationToken).ConfigureAwait(false);
        if (answer is { Succeeded: true, Value.Credential: not null })
        {
            _recent.Remember(seen.Stored!.Stamp, attempt.Password);
        }

        return answer;
    }

    /// <summary>Not the password, or there is none: the wait has been counted, and a lock-out is recorded, also for who hangs up: each guess could be made for nothing like that.</summary>
    private ValueTask<Result<PasswordAnswer>> RefuseAsync(Seen seen, PasswordAttempt attempt, Counted counted)
    {
        var isGuess = seen is { IsKnownSource: true, Stored: { } stored } && _wrong.Add(stored.Stamp, attempt.Source, attempt.Password);
        return _database.WriteAsync<PasswordAnswer>(transaction => Refuse(transaction, seen, attempt, counted, isGuess), CancellationToken.None);
    }

    private PasswordAnswer Refuse(WriteTransaction transaction, Seen seen, PasswordAttempt attempt, Counted counted, bool isGuess)
    {
        var (connection, now) = (transaction.Connection, _time.GetUtcNow());
        if (seen.Candidate is { } known)
        {
            var guesses = isGuess ? SignInTries.Count(connection, TryRule.LoginGuess, Who(attempt), now, known.Login.Id, attempt.Source) : 0;
            var (tries, wait) = (counted.Tries, RuleOf(seen.IsKnownSource).WaitAfter(counted.Tries));
            if (TryRule.LoginGuess.WaitAfter(guesses) is var longer && longer > wait)
            {
                (tries, wait) = (guesses, longer);
            }

            if (wait > TimeSpan.Zero)
            {
                Record(
                    transaction, PasswordActions.Locked, known.Login, From(attempt),
                    string.Create(CultureInfo.InvariantCulture, $"{tries} wrong passwords from {attempt.Source}; none from there is looked at for {wait.TotalSeconds:0} seconds, while those from elsewhere are"));
            }

            if (guesses == TryRule.LoginGuess.Free)
            {
                TellOfGuesses(transaction, known.Login, attempt, guesses, now);
            }
        }

        // Once, not for each that follows: many names of one source are one event.
        if (counted.OfSource == TryRule.LoginsOfSource.Free)
        {
            _audit.Append(transaction, new AuditEntry(PasswordActions.Locked, From(attempt))
            {
                Subject = attempt.Source,
                Detail = string.Create(CultureInfo.InvariantCulture, $"{counted.OfSource} wrong passwords for one name or another; of this source, only those that have logged in from there before are looked at for now"),
            });
        }

        var reason = seen.Candidate is null ? LoginReason.UnknownUser : seen.Stored is null ? LoginReason.NoPassword : LoginReason.WrongPassword;
        return new PasswordAnswer(reason, seen.Candidate, TryAgain: WaitOf(connection, attempt, seen.Candidate, seen.IsKnownSource, now)?.Until);
    }

    /// <summary>Once a day for a login and a source: what follows are waits.</summary>
    private void TellOfGuesses(WriteTransaction transaction, Login login, PasswordAttempt attempt, long guesses, DateTimeOffset now)
    {
        Record(
            transaction, PasswordActions.Guessing, login, From(attempt),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{guesses} different wrong passwords within a day from {attempt.Source}, where the login comes from too: somebody there may be guessing; each further one makes that source wait"));
        EventSql.Raise(
            transaction.Connection, PasswordTopics.Guessing, login.Account is { } number ? AccountService.Find(transaction.Connection, number)?.Id : null,
            new JsonObject
            {
                ["user"] = login.UserName, ["source"] = attempt.Source, ["wrong"] = guesses, ["client"] = AuditText.Clean(attempt.Client, Words.MaximumLength, doubleBackslash: false),
            },
            now);
    }

    private static TryRule RuleOf(bool isKnownSource) => isKnownSource ? TryRule.LoginAtKnownSource : TryRule.Login;

    private static string Who(PasswordAttempt attempt) => Who(attempt.User, attempt.Source);

    private static string Who(string user, string source) => $"{UserName.Fold(user)}\n{source}";

    private static Actor From(PasswordAttempt attempt) => Actor.System with { Address = SourceText.Plain(attempt.Address).ToString() };

    private sealed record Seen(LoginCandidate? Candidate, bool IsKnownSource, string Hash, Wait? Wait)
    {
        public StoredPassword? Stored => Candidate?.Password;

        /// <summary>When the login came from there with its password, to <see cref="PasswordLimits.SourceInterval"/>; null for never, or not among its last sources.</summary>
        public DateTimeOffset? LastFromThere { get; init; }

        /// <summary>Whether wrong ones were counted for the login from there, which a right one makes good.</summary>
        public bool HasTries { get; init; }
    }

    /// <summary>Wrong ones so far, this one too: for the login from there, and for all names of the source.</summary>
    private sealed record Counted(long Tries, long OfSource, Wait? Wait);

    /// <summary>Until when no password is looked at; the source if it is one for whatever login.</summary>
    private sealed record Wait(DateTimeOffset Until, string? Source);
}
