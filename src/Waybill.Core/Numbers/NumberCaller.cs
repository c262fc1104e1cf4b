using Waybill.Core.Logins;

namespace Waybill.Core.Numbers;

/// <summary>On whose behalf something is done to numbers. An account's caller reaches the account's own numbers, and hears of no other that it is there.</summary>
/// <param name="Account">The account's number; null for the provider, who reaches all.</param>
/// <param name="Actor">Who does it, for the audit.</param>
public readonly record struct NumberCaller(string? Account, Actor Actor)
{
    /// <summary>Whether the provider decides, also on behalf of an account: how many numbers that may have does not bind the provider.</summary>
    public bool IsProvider { get; private init; }

    /// <summary>The database's number for the login that asks, whose <see cref="NumberRight"/> counts; null for others.</summary>
    public long? Login { get; private init; }

    /// <summary>The provider's own people and programs.</summary>
    public static NumberCaller Provider(Actor actor) => new(null, actor) { IsProvider = true };

    /// <summary>The same on behalf of an account.</summary>
    public static NumberCaller ProviderFor(string account, Actor actor) => new(account, actor) { IsProvider = true };

    /// <summary>A person of an account, or a program with its token.</summary>
    public static NumberCaller Of(string account, Actor actor) => new(account, actor);

    /// <summary>A login of an account.</summary>
    /// <param name="login">A customer's own.</param>
    /// <param name="actor">The same, for the audit.</param>
    public static NumberCaller OfLogin(Login login, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(login);
        return new(login.Account ?? throw new ArgumentException("The login belongs to no account.", nameof(login)), actor) { Login = login.Id };
    }
}
