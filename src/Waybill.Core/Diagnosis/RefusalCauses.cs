namespace Waybill.Core.Diagnosis;

/// <summary>
/// Reads the cause out of a sentence of the audit. The sentences are for staff, since they name other logins; customers get words of their own for the cause. A sentence
/// that has none of these words is another cause, so that nothing is said by mistake.
/// </summary>
public static class RefusalCauses
{
    // The most certain first: one sentence may hold several.
    private static readonly (string Words, RefusalCause Cause)[] Known =
    [
        ("its signature is wrong", RefusalCause.Signature),
        ("but no signature came", RefusalCause.Passphrase),
        ("the key was revoked on", RefusalCause.Revoked),
        ("the key has expired on", RefusalCause.Expired),
        ("the login may not come from this address", RefusalCause.Network),
        ("the login is suspended", RefusalCause.Suspended),
        ("account is suspended", RefusalCause.Suspended),
        ("account is closed", RefusalCause.Suspended),
        ("(Limits:PerLogin)", RefusalCause.TooMany),
        ("signs with SHA-1 only", RefusalCause.OldProgram),
        ("are never accepted", RefusalCause.KeyType),
        ("are not accepted", RefusalCause.KeyType),
        ("cannot be used: it is damaged", RefusalCause.KeyType),
        ("not installed for", RefusalCause.OtherKey),
        ("gave the wrong password", RefusalCause.WrongPassword),
        ("which has no password", RefusalCause.NoPassword),
        ("which was not looked at after wrong ones", RefusalCause.PasswordLocked),
        ("must use TLS", RefusalCause.NeedsTls),
        ("only keys are accepted", RefusalCause.Password),
        ("came without a key", RefusalCause.NoKey),
        ("would let it in", RefusalCause.Algorithms),
        ("the client spoke", RefusalCause.OtherProtocol),
    ];

    /// <summary>The cause that a sentence gives.</summary>
    public static RefusalCause Of(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        foreach (var (known, cause) in Known)
        {
            if (words.Contains(known, StringComparison.Ordinal))
            {
                return cause;
            }
        }

        return RefusalCause.Other;
    }
}
