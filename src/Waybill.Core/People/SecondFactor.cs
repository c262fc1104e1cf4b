using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Passwords;

namespace Waybill.Core.People;

/// <summary>
/// The check of one-time and recovery codes, wherever one is asked for: all tries count together, and each code works once, of however many at once. Whoever gets
/// here knows the password or has a mail of the person, so wrong codes are told to the person.
/// </summary>
internal sealed class SecondFactor(PeopleKey key, AuditLog audit, PersonMails mails, TimeProvider time)
{
    /// <summary>Checks a code in a transaction, which must commit whatever comes: a wrong one is counted.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="person">Whose code.</param>
    /// <param name="code">What was typed.</param>
    /// <param name="takesRecovery">Whether a recovery code will do.</param>
    /// <param name="client">From where.</param>
    /// <param name="actor">Who, for the audit.</param>
    public Result<SignInAnswer> Check(WriteTransaction transaction, Person person, string code, bool takesRecovery, PortalClient client, Actor actor)
    {
        var (connection, now) = (transaction.Connection, time.GetUtcNow());

        // Wrong codes from elsewhere make nobody wait at a place of theirs.
        var isPlace = CredentialSql.IsPlaceOf(connection, person.Id, client.Source, now);
        var (rule, who) = (isPlace ? TryRule.CodeHere : TryRule.CodeElsewhere, isPlace ? $"{person.Id}\n{client.Source}" : person.Id.ToString(CultureInfo.InvariantCulture));
        if (SignInTries.BlockedUntil(connection, rule, who, now) is { } until)
        {
            return new SignInAnswer(SignInVerdict.Wait, TryAgain: until);
        }

        var tries = SignInTries.Count(connection, rule, who, now);
        var used = UseTotp(connection, person, code, now);
        if (!used.Succeeded)
        {
            return used.Problem;
        }

        if (used.Value)
        {
            SignInTries.Clear(connection, rule, who);
            return new SignInAnswer(SignInVerdict.Accepted);
        }

        if (takesRecovery && RecoveryCode.Normalise(code) is { } recovery)
        {
            var hash = key.Hash(connection, person.Id, recovery);
            if (!hash.Succeeded)
            {
                return hash.Problem;
            }

            if (CredentialSql.UseRecoveryCode(connection, person.Id, hash.Value, now))
            {
                SignInTries.Clear(connection, rule, who);
                var left = CredentialSql.RecoveryCodesLeft(connection, person.Id);
                audit.Append(transaction, new AuditEntry(PeopleActions.RecoveryCodeUsed, actor) { Subject = person.Email, Detail = string.Create(CultureInfo.InvariantCulture, $"{left} left") });
                return new SignInAnswer(SignInVerdict.Accepted) { RecoveryCodesLeft = left };
            }
        }

        var next = now + rule.WaitAfter(tries);
        audit.Append(transaction, new AuditEntry(PeopleActions.FactorRefused, actor)
        {
            Subject = person.Email,
            Outcome = AuditOutcome.Refused,
            Detail = string.Create(CultureInfo.InvariantCulture, $"wrong code, try {tries} {(isPlace ? "from this place" : "from places that are not the person's")}") + (next > now ? $", the next not before {next.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : ""),
        });
        if (tries == rule.Free && mails.Add(transaction, PersonMails.Warning, person, ("tries", tries.ToString(CultureInfo.InvariantCulture)), ("source", client.Text)) is { } problem)
        {
            return problem;
        }

        return new SignInAnswer(SignInVerdict.Wrong, TryAgain: next > now ? next : null);
    }

    private Result<bool> UseTotp(DatabaseConnection connection, Person person, string code, DateTimeOffset now)
    {
        var (totp, last) = CredentialSql.Totp(connection, person.Id);
        if (totp is null)
        {
            return false;
        }

        var secret = key.Open(connection, person.Id, totp);
        return !secret.Succeeded ? secret.Problem
            : People.Totp.Match(secret.Value, code, now, last) is { } step && CredentialSql.UseStep(connection, person.Id, step);
    }
}
