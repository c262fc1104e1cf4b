using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Waybill.Core.People;

namespace Waybill.Portal.Passkeys;

/// <summary>Passkeys over HTTP: the framework's own handler makes what browsers are asked and verifies what they answer (WebAuthn 7.1, 7.2); Core keeps them.</summary>
internal sealed partial class PasskeyDesk : IDisposable
{
    private const string SignIn = "sign in";

    private readonly UserManager<Person> _reader;
    private readonly PasskeyHandler<Person> _handler;
    private readonly PasskeyChallenges _challenges;
    private readonly ILogger<PasskeyDesk> _logger;

    public PasskeyDesk(
        PeopleServices people, PortalOptions options, PasskeyChallenges challenges, IServiceProvider services, ILogger<PasskeyDesk> logger, ILogger<UserManager<Person>> readerLogger)
    {
        (_challenges, _logger) = (challenges, logger);
        var url = new Uri(options.PublicUrl);
        var origin = $"{url.Scheme}://{url.IdnHost}{(url.IsDefaultPort ? "" : FormattableString.Invariant($":{url.Port}"))}";
        _reader = new UserManager<Person>(
            new PasskeyStore(people.Credentials), Options.Create(new IdentityOptions()), new PasswordHasher<Person>(), [], [], new UpperInvariantLookupNormalizer(), new IdentityErrorDescriber(),
            services, readerLogger);
        _handler = new PasskeyHandler<Person>(_reader, Options.Create(new IdentityPasskeyOptions
        {
            // Else the Host header says it, which is the client's.
            ServerDomain = url.IdnHost,
            ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && string.Equals(context.Origin, origin, StringComparison.Ordinal)),

            // Both factors in one, and found without an address.
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            AuthenticatorTimeout = PortalLimits.PasskeyChallengeTime,
        }));
    }

    /// <summary>What a browser is asked to make a passkey, as JSON.</summary>
    public async Task<string> AskToAddAsync(HttpContext context, PortalSession session)
    {
        var made = await _handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = PasskeyStore.IdOf(session.Person), Name = session.Person.Email, DisplayName = session.Person.Name }, context);
        _challenges.Hand(context, AddTo(session), made.AttestationState!);
        return made.CreationOptionsJson;
    }

    /// <summary>The passkey that a browser made for this session; null when it is not what was asked.</summary>
    public async Task<Passkey?> AddedAsync(HttpContext context, PortalSession session, string credential, string name)
    {
        if (_challenges.Take(context, AddTo(session)) is not { } state)
        {
            return null;
        }

        var result = await _handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = credential, AttestationState = state });
        if (!result.Succeeded)
        {
            Refused(_logger, result.Failure.Message);
            return null;
        }

        var info = result.Passkey;
        return result.UserEntity.Id != PasskeyStore.IdOf(session.Person) || !_challenges.Use(state) ? null : new Passkey(
            info.CredentialId, info.PublicKey, name, info.CreatedAt, info.SignCount, info.Transports ?? [], info.IsUserVerified, info.IsBackupEligible, info.IsBackedUp, info.AttestationObject,
            info.ClientDataJson);
    }

    /// <summary>What a browser is asked to sign somebody in, as JSON: any passkey of this portal.</summary>
    public async Task<string> AskToSignInAsync(HttpContext context)
    {
        var made = await _handler.MakeRequestOptionsAsync(null, context);
        _challenges.Hand(context, SignIn, made.AssertionState!);
        return made.RequestOptionsJson;
    }

    /// <summary>What a browser answered to that; null when it is no right answer, or was given before.</summary>
    public async Task<PasskeyUse?> AnsweredAsync(HttpContext context, string credential)
    {
        if (_challenges.Take(context, SignIn) is not { } state)
        {
            return null;
        }

        var result = await _handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = credential, AssertionState = state });
        if (!result.Succeeded)
        {
            Refused(_logger, result.Failure.Message);
            return null;
        }

        var info = result.Passkey;
        return _challenges.Use(state) ? new PasskeyUse(info.CredentialId, info.SignCount, info.IsUserVerified, info.IsBackedUp) : null;
    }

    public void Dispose() => _reader.Dispose();

    private static string AddTo(PortalSession session) => FormattableString.Invariant($"add {session.Id}");

    [LoggerMessage(1910, LogLevel.Information, "A passkey was refused: {Why}")]
    private static partial void Refused(ILogger logger, string why);
}
