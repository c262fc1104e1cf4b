using Waybill.Core.Keys;

namespace Waybill.Core.Logins;

/// <summary>What a session was opened with: it lives as long as that is good.</summary>
public abstract record LoginCredential
{
    private LoginCredential()
    {
    }

    /// <summary>How lists of sessions name it.</summary>
    public abstract string Name { get; }

    /// <summary>A key, for SSH.</summary>
    /// <param name="Key">The key.</param>
    public sealed record OfKey(InstalledKey Key) : LoginCredential
    {
        /// <inheritdoc/>
        public override string Name => Key.Sha256;

        /// <inheritdoc/>
        public override bool IsExpired(DateTimeOffset now) => Key.IsExpired(now);

        internal override LoginReason Check(LoginCandidate candidate, DateTimeOffset now) => candidate.FindKey(Key.Blob.Span) switch
        {
            null => LoginReason.UnknownKey,
            { Revoked: not null } => LoginReason.KeyRevoked,
            var key when key.IsExpired(now) => LoginReason.KeyExpired,
            _ => LoginReason.Ok,
        };
    }

    /// <summary>A password, for FTPS and NTSAPI.</summary>
    /// <param name="Stamp">Another with each password that is set.</param>
    /// <param name="IsEncrypted">It came through TLS.</param>
    public sealed record OfPassword(string Stamp, bool IsEncrypted) : LoginCredential
    {
        /// <inheritdoc/>
        public override string Name => "password";

        /// <inheritdoc/>
        public override bool IsExpired(DateTimeOffset now) => false;

        internal override LoginReason Check(LoginCandidate candidate, DateTimeOffset now) =>
            candidate.Password is not { } password ? LoginReason.NoPassword
            : password.Stamp != Stamp ? LoginReason.PasswordChanged
            : !IsEncrypted && password.Ftp.DemandsTls(now) ? LoginReason.TlsRequired
            : LoginReason.Ok;
    }

    /// <summary>Whether its time is over, with nothing changed in the database.</summary>
    public abstract bool IsExpired(DateTimeOffset now);

    /// <summary>Whether the login has it still.</summary>
    internal abstract LoginReason Check(LoginCandidate candidate, DateTimeOffset now);
}
