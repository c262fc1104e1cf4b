using System.Buffers.Text;
using System.Text.Json;
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
        return result.UserEntity.Id != PasskeyStore.IdOf(session.Person) || !await _challenges.UseAsync(state) ? null : new Passkey(
            info.CredentialId, info.PublicKey, name, info.CreatedAt, info.SignCount, info.Transports ?? [], info.IsUserVerified, info.IsBackupEligible, info.IsBackedUp, info.AttestationObject,
            info.ClientDataJson);
    }

    /// <summary>What a browser is asked to sign somebody in, as JSON: any passkey of this portal.</summary>
    public Task<string> AskToSignInAsync(HttpContext context) => AskAsync(context, null, SignIn);

    /// <summary>What a browser answered to that.</summary>
    public Task<PasskeyAnswer> AnsweredAsync(HttpContext context, string credential) => CheckAsync(context, SignIn, credential);

    /// <summary>What a browser is asked to confirm that its visitor is the one who signed in: a passkey of that person.</summary>
    public Task<string> AskToConfirmAsync(HttpContext context, PortalSession session) => AskAsync(context, session.Person, Confirm(session));

    /// <summary>What a browser answered to that.</summary>
    public Task<PasskeyAnswer> ConfirmedAsync(HttpContext context, PortalSession session, string credential) => CheckAsync(context, Confirm(session), credential);

    public void Dispose() => _reader.Dispose();

    private async Task<string> AskAsync(HttpContext context, Person? person, string purpose)
    {
        var made = await _handler.MakeRequestOptionsAsync(person, context);
        _challenges.Hand(context, purpose, made.AssertionState!);
        return made.RequestOptionsJson;
    }

    private async Task<PasskeyAnswer> CheckAsync(HttpContext context, string purpose, string credential)
    {
        var named = CredentialOf(credential);
        if (_challenges.Take(context, purpose) is not { } state)
        {
            return new PasskeyAnswer(null, "no challenge of this browser waits for an answer, or its time is over", named);
        }

        var result = await _handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = credential, AssertionState = state });
        if (!result.Succeeded)
        {
            Refused(_logger, result.Failure.Message);
            return new PasskeyAnswer(null, result.Failure.Message, named);
        }

        var info = result.Passkey;
        return await _challenges.UseAsync(state)
            ? new PasskeyAnswer(new PasskeyUse(info.CredentialId, info.SignCount, info.IsUserVerified, info.IsBackedUp), "", named)
            : new PasskeyAnswer(null, "its challenge was answered before", named);
    }

    /// <summary>The passkey that an answer names, as WebAuthn's AuthenticationResponseJSON does; null where it names none.</summary>
    private static byte[]? CredentialOf(string credential)
    {
        try
        {
            using var json = JsonDocument.Parse(credential);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                && id.GetString() is { } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Confirm(PortalSession session) => FormattableString.Invariant($"confirm {session.Id}");

    private static string AddTo(PortalSession session) => FormattableString.Invariant($"add {session.Id}");

    [LoggerMessage(1910, LogLevel.Information, "A passkey was refused: {Why}")]
    private static partial void Refused(ILogger logger, string why);
}
