using System.Globalization;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>
/// Why a client did not get in, as one sentence that support staff can act on: which program, what it did, what stands against it. For the audit only; a
/// client is told none of it, since it says which logins and keys exist.
/// </summary>
internal static class RefusalWords
{
    /// <summary>The phrase that finds the persons who typed a password: the server never sees one (psftp, sftp, lftp, curl and rclone ask and leave).</summary>
    public const string WithoutKey = "came without a key";

    /// <summary>Installed keys, offered keys and other logins named in a row.</summary>
    private const int Named = 3;

    public static string Of(RefusalFacts facts)
    {
        var report = facts.Report;
        var sentence = report switch
        {
            { User: null, InvalidUser: null } => Nobody(report),
            { User: null } => $"{Name(report)} gave the user name `{report.InvalidUser}`, which no login has{Meant(facts)}",
            { KeyAttempts.Count: > 0 } => Key(facts),
            _ when Methods(report) is { Length: > 0 } methods =>
                $"{Name(report)} tried {methods} for `{report.User}`, which is refused: only keys are accepted{NoLogin(facts)}",
            _ => $"{Name(report)} {WithoutKey} for `{report.User}`: it asked what is accepted, offered no key and left, "
                + $"as programs do when a person types a password or a key's passphrase, or has set no key file{NoLogin(facts)}",
        };
        var software = report.Connection.ClientSoftware;
        var said = software.Length == 0 || software == report.Connection.ClientName ? "" : $"; it calls itself {software}";
        return sentence is null ? $"{report.Reason}: {report.Detail}{said}" : $"{sentence} ({report.Reason}: {report.Detail}{said})";
    }

    private static string? Nobody(SshConnectionReport report) => report is { Reason: SshEndReason.ClientClosed, ClientOffer.Count: > 0 }
        ? $"{Name(report)} left without naming a user, as port checks and ssh-keyscan do, or a person who did not accept the host key"
        : null;

    /// <summary>A connection that offered keys.</summary>
    private static string Key(RefusalFacts facts)
    {
        var report = facts.Report;
        var attempts = report.KeyAttempts.Where(attempt => attempt.User == report.User).ToList();
        attempts = attempts.Count > 0 ? attempts : [.. report.KeyAttempts];
        var installed = attempts
            .Select(attempt => (Attempt: attempt, Key: facts.Candidate?.Keys.FirstOrDefault(key => key.Sha256 == attempt.Sha256)))
            .Where(pair => pair.Key is not null)
            .OrderByDescending(pair => Weight(pair.Attempt.Outcome))
            .FirstOrDefault();
        var tried = Methods(report) is { Length: > 0 } methods ? $"; it tried {methods} too, but only keys are accepted" : "";
        return (installed.Key is { } key ? Installed(facts, installed.Attempt, key) : Foreign(facts, attempts)) + tried;
    }

    private static int Weight(SshKeyOutcome outcome) => outcome switch
    {
        SshKeyOutcome.LoginRefused => 4,
        SshKeyOutcome.SignatureWrong => 3,
        SshKeyOutcome.Confirmed => 2,
        SshKeyOutcome.Refused => 1,
        _ => 0,
    };

    /// <summary>The key is one of the login's.</summary>
    private static string Installed(RefusalFacts facts, SshKeyAttempt attempt, InstalledKey key)
    {
        var name = Name(facts.Report);
        var user = facts.Report.User;
        var login = facts.Candidate!.Login;
        var which = $"{key.Type} {key.Bits} {key.Sha256}";
        if (attempt.Outcome == SshKeyOutcome.AlgorithmRefused)
        {
            return $"{name} offered {which} of `{user}`, but {Unaccepted(attempt)}";
        }

        var offered = $"{name} offered {which} of `{user}`";
        return facts.Check(key) switch
        {
            LoginReason.KeyRevoked => $"{offered}: the key was revoked on {Time(key.Revoked)}{(key.RevokedBy is { } by ? $" by {by}" : "")}{Reason(key.RevokedReason)}",
            LoginReason.KeyExpired => $"{offered}: the key has expired on {Time(key.Expires)}",
            LoginReason.LoginSuspended => $"{offered}, which is installed, but the login is suspended{Reason(login.StatusReason)}",
            LoginReason.AddressNotAllowed => $"{offered}, which is installed, but the login may not come from this address, only from {string.Join(", ", login.AllowFrom.Networks)}",
            LoginReason.Ok when facts.Limit is { } limit => $"{offered}, which is right, but {limit}",
            LoginReason.Ok when attempt.Outcome == SshKeyOutcome.SignatureWrong =>
                $"{offered}, which is installed, but its signature is wrong: the private key beside it is another one, or the program is defective",
            LoginReason.Ok when attempt.Outcome == SshKeyOutcome.Confirmed =>
                $"{offered}, which is installed and was confirmed, but no signature came: a wrong passphrase, or the private key file cannot be read",
            LoginReason.Ok => $"{offered}, which is right now but was not when it came",
            var reason => $"{offered}, which is installed, but {reason.Describe()}{Reason(login.StatusReason)}",
        };
    }

    /// <summary>No key offered is one of the login's, or there is no login.</summary>
    private static string Foreign(RefusalFacts facts, List<SshKeyAttempt> attempts)
    {
        var report = facts.Report;
        var keys = attempts.DistinctBy(attempt => attempt.Sha256).ToList();
        var shown = Some(keys.Select(key => $"{key.Key} {key.Sha256}").ToList());
        var head = keys is [{ Outcome: not SshKeyOutcome.AlgorithmRefused and not SshKeyOutcome.Unusable } only]
            ? $"{Name(report)} offered {Kind(only.Key)}"
            : $"{Name(report)} offered {(keys.Count == 1 ? "a key" : $"{keys.Count} keys")}";
        var unaccepted = keys.FirstOrDefault(key => key.Outcome is SshKeyOutcome.AlgorithmRefused or SshKeyOutcome.Unusable) is { } bad ? $"; {Unaccepted(bad)}" : "";
        var elsewhere = Elsewhere(facts);
        if (facts.Candidate is null)
        {
            return $"{head} for `{report.User}`: {shown}; there is no such login{Meant(facts)}{elsewhere}{unaccepted}";
        }

        var installed = facts.Candidate.Keys.Where(key => key.Revoked is null).Select(key => $"{key.Type} {key.Bits} {key.Sha256}").ToList();
        var instead = installed.Count == 0
            ? $"no key is installed for it; next: ./waybill key add {facts.Candidate.Login.UserName} FILE"
            : $"installed {(installed.Count == 1 ? "is" : "are")} {Some(installed)}";
        return $"{head} that {(keys.Count == 1 ? "is" : "are")} not installed for `{report.User}`: {shown}; {instead}{elsewhere}{unaccepted}";
    }

    private static string Elsewhere(RefusalFacts facts)
    {
        var others = facts.Owners
            .Where(owner => !string.Equals(owner.UserName, facts.Candidate?.Login.UserName, StringComparison.Ordinal))
            .Select(owner => $"`{owner.UserName}`{(owner.IsRevoked ? " (revoked there)" : "")}")
            .Distinct()
            .ToList();
        return others.Count == 0 ? "" : $"; the key is installed for another login: {Some(others)}";
    }

    private static string Unaccepted(SshKeyAttempt attempt) => attempt switch
    {
        { Outcome: SshKeyOutcome.Unusable } => $"the {attempt.Algorithm} key cannot be used: it is damaged, shorter than 2,048 bits or not of its type",
        { Algorithm: "ssh-rsa" } => "the program signs with SHA-1 only (ssh-rsa), which is never accepted: a newer version of it gets in with the same key",
        { Algorithm: "ssh-dss" } => "DSA keys (ssh-dss) are never accepted: a new key is needed, Ed25519 or RSA",
        _ when attempt.Algorithm.Contains("-cert-", StringComparison.Ordinal) => $"certificates ({attempt.Algorithm}) are not accepted: the bare key is, where it is installed",
        _ => $"keys of type {attempt.Algorithm} are not accepted",
    };

    private static string Kind(string key) => key.Split(' ')[0] switch
    {
        "ssh-rsa" => "an RSA key",
        "ssh-ed25519" => "an Ed25519 key",
        var type when type.StartsWith("ecdsa-", StringComparison.Ordinal) => "an ECDSA key",
        _ => "a key",
    };

    private static string NoLogin(RefusalFacts facts) => facts.Candidate is null ? $"; there is no such login{Meant(facts)}" : "";

    private static string Meant(RefusalFacts facts) => facts.Meant is { } meant ? $"; there is `{meant.Name}`, it differs only {meant.Difference}" : "";

    private static string Methods(SshConnectionReport report) => string.Join(", ", report.TriedMethods.Where(method => method != "publickey"));

    private static string Name(SshConnectionReport report) => report.Connection.ClientName is { Length: > 0 } name ? name : "a client";

    private static string Some(List<string> all) => string.Join(", ", all.Take(Named)) + (all.Count > Named ? $" and {all.Count - Named} more" : "");

    private static string Reason(string? reason) => string.IsNullOrEmpty(reason) ? "" : $" ({reason})";

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "";
}
