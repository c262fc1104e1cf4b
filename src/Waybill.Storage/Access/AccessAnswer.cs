using System.Text;

namespace Waybill.Storage.Access;

/// <summary>How a login's wish ended, before and behind the store.</summary>
public enum AccessOutcome : byte
{
    /// <summary>Done, or allowed.</summary>
    Ok,

    /// <summary>The store or the rules refused; <see cref="AccessAnswer.Error"/> says why.</summary>
    StoreFailed,

    /// <summary>The login has no right at all there: to the client it is no such file, to the audit a refusal.</summary>
    Hidden,

    /// <summary>Done, but the audit row could not be written, so that it must not be acknowledged.</summary>
    NotRecorded,
}

/// <summary>What a login's wish came to; each protocol has its own codes for it.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">What the store says.</param>
/// <param name="Words">Words for this login, instead of those that everybody gets.</param>
public readonly record struct AccessAnswer(AccessOutcome Outcome, StoreError Error = StoreError.None, byte[]? Words = null)
{
    /// <summary>Done.</summary>
    public static AccessAnswer Ok => new(AccessOutcome.Ok);

    /// <summary>No right at all.</summary>
    public static AccessAnswer Hidden => new(AccessOutcome.Hidden);

    /// <summary>Whether it is done or allowed.</summary>
    public bool IsOk => Outcome == AccessOutcome.Ok;

    /// <summary>Whether the login may not: a row of the audit.</summary>
    public bool IsRefusal => Outcome == AccessOutcome.Hidden || Error == StoreError.PermissionDenied;

    /// <summary>What the store said.</summary>
    public static implicit operator AccessAnswer(StoreError error) => error == StoreError.None ? new(AccessOutcome.Ok) : new(AccessOutcome.StoreFailed, error);

    /// <summary>With the words that the store has for this session, if it has any: a quota's numbers, where a duplicate is held, who else has claimed a file.</summary>
    public AccessAnswer Explained(IFileStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Outcome == AccessOutcome.StoreFailed && Words is null && store.Explain(Error) is { } words ? this with { Words = Encoding.UTF8.GetBytes(words) } : this;
    }

    /// <summary>A refusal in the words that the login's rules have for it, if they have any.</summary>
    public AccessAnswer Advised(IAccessRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return this is { Outcome: AccessOutcome.StoreFailed, Error: StoreError.PermissionDenied, Words: null } && rules.Advice is { } advice
            ? this with { Words = Encoding.UTF8.GetBytes(advice) }
            : this;
    }
}
