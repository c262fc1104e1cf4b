using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Passwords;

namespace Waybill.Core.People;

/// <summary>All that the portal needs of people. One for a process: what hashes passwords does so for all of it.</summary>
public sealed class PeopleServices : IDisposable
{
    private readonly PasswordWork _work;

    /// <summary>Puts them together.</summary>
    /// <param name="database">Where people are kept.</param>
    /// <param name="audit">Where everything is recorded.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keyFile">The key that second factors are kept under.</param>
    /// <param name="options">What the configuration says.</param>
    public PeopleServices(WaybillDatabase database, AuditLog audit, TimeProvider time, string keyFile, PeopleOptions options)
        : this(database, audit, time, keyFile, options, new PasswordWork(SignInLimits.HashesAtOnce, SignInLimits.HashesWaiting))
    {
    }

    internal PeopleServices(WaybillDatabase database, AuditLog audit, TimeProvider time, string keyFile, PeopleOptions options, PasswordWork work)
    {
        _work = work;
        var (links, key, mails) = (new SecretLinks(database, time), new PeopleKey(keyFile), new PersonMails(options, time));
        var codes = new SignUpCodes(audit, key);
        var factor = new SecondFactor(key, audit, mails, time);
        People = new PersonService(database, audit, time);
        Sessions = new PortalSessions(database, audit, time);
        SignIn = new SignInService(database, audit, time, work, factor);
        Credentials = new CredentialService(database, audit, time, links, options, key, work, factor, mails, SignIn, codes);
        Invitations = new InvitationService(database, audit, time, links, options, mails, People, codes);
        Challenges = new AnsweredChallenges(database, time);
        Access = new PortalAccess(database, audit, options.Files);
    }

    /// <summary>People and what they are.</summary>
    public PersonService People { get; }

    /// <summary>Sessions of the portal.</summary>
    public PortalSessions Sessions { get; }

    /// <summary>Signing in.</summary>
    public SignInService SignIn { get; }

    /// <summary>How people sign in.</summary>
    public CredentialService Credentials { get; }

    /// <summary>Letting people in.</summary>
    public InvitationService Invitations { get; }

    /// <summary>Challenges of passkeys that were answered.</summary>
    public AnsweredChallenges Challenges { get; }

    /// <summary>Who may do what.</summary>
    public PortalAccess Access { get; }

    /// <summary>What is wrong with the key that second factors are kept under; null when nothing is, or none is needed.</summary>
    public static ValueTask<Problem?> CheckKeyAsync(WaybillDatabase database, string keyFile, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => PeopleKey.IsNeeded(connection) ? new PeopleKey(keyFile).Check(connection) : null, cancellationToken);

    /// <summary>Ends it.</summary>
    public void Dispose() => _work.Dispose();
}
