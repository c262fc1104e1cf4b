using Waybill.Core.Diagnosis;

namespace Waybill.Core.Tests.Diagnosis;

/// <summary>What customers are told of the sentences that the audit has for staff.</summary>
public sealed class RefusalCauseTests
{
    [Theory]
    [InlineData("OpenSSH came without a key for `10042`: it asked what is accepted, offered no key and left", RefusalCause.NoKey)]
    [InlineData("WinSCP tried password for `10042`, which is refused: only keys are accepted", RefusalCause.Password)]
    [InlineData("OpenSSH offered an RSA key that is not installed for `10042`: RSA SHA256:x; installed is ssh-ed25519 256 SHA256:y; the key is installed for another login: `10043`; it tried password too, but only keys are accepted", RefusalCause.OtherKey)]
    [InlineData("PuTTY offered ssh-rsa 3072 SHA256:x of `10042`: the key was revoked on 2027-01-01 00:00 UTC by root (lost)", RefusalCause.Revoked)]
    [InlineData("PuTTY offered ssh-rsa 3072 SHA256:x of `10042`: the key has expired on 2027-01-01 00:00 UTC", RefusalCause.Expired)]
    [InlineData("PuTTY offered ssh-rsa 3072 SHA256:x of `10042`, which is installed, but the login is suspended (why)", RefusalCause.Suspended)]
    [InlineData("PuTTY offered ssh-rsa 3072 SHA256:x of `10042`, which is installed, but the login may not come from this address, only from 192.0.2.0/24", RefusalCause.Network)]
    [InlineData("PuTTY offered ssh-rsa 3072 SHA256:x of `10042`, which is installed, but its signature is wrong: the private key beside it is another one", RefusalCause.Signature)]
    [InlineData("PuTTY offered ssh-rsa 3072 SHA256:x of `10042`, which is installed and was confirmed, but no signature came: a wrong passphrase", RefusalCause.Passphrase)]
    [InlineData("JSch offered ssh-rsa 2048 SHA256:x of `10042`, but the program signs with SHA-1 only (ssh-rsa), which is never accepted", RefusalCause.OldProgram)]
    [InlineData("OpenSSH offered a key that is not installed for `10042`: ssh-dss SHA256:x; DSA keys (ssh-dss) are never accepted: a new key is needed", RefusalCause.KeyType)]
    [InlineData("OpenSSH offered ssh-ed25519 256 SHA256:x of `10042`, which is right, but the login has as many connections as it may (Limits:PerLogin)", RefusalCause.TooMany)]
    [InlineData("ProtocolError: a packet of 9 bytes", RefusalCause.Other)]
    public void Each_sentence_has_its_cause(string words, RefusalCause cause) => Assert.Equal(cause, RefusalCauses.Of(words));
}
