using System.Globalization;
using System.Security.Cryptography;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Keys.Handover;
using Waybill.Core.Links;

namespace Waybill.Core.People;

/// <summary>
/// Codes of sign-up links of people with a role at the provider: whoever reads such a mail alone must not become an administrator. One is shown once to whoever invited
/// or reset, and told by telephone. A link that was handed over was in no mail and needs none.
/// </summary>
internal sealed class SignUpCodes(AuditLog audit, PeopleKey key)
{
    /// <summary>Whether somebody's link needs a code.</summary>
    public static bool IsNeeded(DatabaseConnection connection, Person person) =>
        person.IsStaff && connection.Number("SELECT EXISTS (SELECT 1 FROM person_sign_up_code WHERE person_id = @id AND code_hash IS NULL)", ("@id", person.Id)) == 0;

    /// <summary>Prepares a new link; those before end, since each has its own code or none. Answers the code to tell; empty where none is needed.</summary>
    public Result<string> Prepare(WriteTransaction transaction, Person person, bool handOver)
    {
        var connection = transaction.Connection;
        Remove(connection, person.Id);
        if (!person.IsStaff)
        {
            return "";
        }

        PersonLinks.Revoke(transaction, person.Id);
        var code = handOver ? null : SpokenCode.New();
        byte[]? hash = null;
        if (code is not null)
        {
            var hashed = Hash(connection, person, code);
            if (!hashed.Succeeded)
            {
                return hashed.Problem;
            }

            hash = hashed.Value;
        }

        connection.Execute("INSERT INTO person_sign_up_code (person_id, code_hash) VALUES (@id, @hash)", ("@id", person.Id), ("@hash", hash));
        return code is null ? "" : SpokenCode.Show(code);
    }

    /// <summary>
    /// Checks the code of somebody who needs one, in a transaction that must commit whatever comes: a wrong one is counted. What is no code at all, as a mail scanner
    /// sends it, costs no try.
    /// </summary>
    public Problem? Check(WriteTransaction transaction, Person person, string? typed, PortalClient client)
    {
        var connection = transaction.Connection;
        if (!IsNeeded(connection, person))
        {
            return null;
        }

        var digits = SpokenCode.Digits(typed ?? "");
        if (digits.Length != HandoverLimits.CodeDigits)
        {
            return Problem.Refused($"Type the code of {HandoverLimits.CodeDigits} digits that is told to you by telephone. It stands in no mail.");
        }

        var (expected, wrong) = connection.First(
            "SELECT code_hash, wrong_codes FROM person_sign_up_code WHERE person_id = @id", static row => (row.Bytes(0), row.GetInt64(1)), ("@id", person.Id));
        if (expected is null)
        {
            return Problem.Refused("You were given a role at the provider after this link was made, and it does not do for that. Ask for another link.");
        }

        var hash = Hash(connection, person, digits);
        if (!hash.Succeeded || CryptographicOperations.FixedTimeEquals(hash.Value, expected))
        {
            return hash.Problem;
        }

        connection.Execute("UPDATE person_sign_up_code SET wrong_codes = wrong_codes + 1 WHERE person_id = @id", ("@id", person.Id));
        var left = PeopleLimits.SignUpCodes - wrong - 1;
        audit.Append(transaction, new AuditEntry(PeopleActions.SignUpRefused, Actor.Person(person.Email, client.Text, null))
        {
            Subject = person.Email,
            Outcome = AuditOutcome.Refused,
            Detail = string.Create(CultureInfo.InvariantCulture, $"wrong code behind the sign-up link, {left} tries left"),
        });
        if (left > 0)
        {
            return Problem.Refused($"This is not the code. {left} tries are left; the code is told to you by telephone, and stands in no mail.");
        }

        PersonLinks.Revoke(transaction, person.Id);
        return Problem.Refused("This is not the code, and the link has ended with it, since too many wrong ones were typed. Ask for another link.");
    }

    /// <summary>Forgets the code of whoever has signed up.</summary>
    public static void Remove(DatabaseConnection connection, long person) => connection.Execute("DELETE FROM person_sign_up_code WHERE person_id = @id", ("@id", person));

    // Apart from recovery codes, which have letters.
    private Result<byte[]> Hash(DatabaseConnection connection, Person person, string digits) => key.Hash(connection, person.Id, "sign-up " + digits);
}
