namespace Waybill.Core.Onboarding;

/// <summary>What the form is answered. It is the same whether the account, the address or the login exists.</summary>
/// <param name="Reference">The id of the request; null when something is to be mended first.</param>
/// <param name="Problems">What is to be mended; nothing is stored then.</param>
public sealed record Submission(string? Reference, IReadOnlyList<FieldProblem> Problems)
{
    /// <summary>A private key reached the server: the page says plainly what happened.</summary>
    public bool IsPrivateKey { get; init; }

    /// <summary>The key as it was read, to be shown back; null without one.</summary>
    public RequestKey? Key { get; init; }

    /// <summary>Something about the key that its owner should know: a mended type word, options that were left out.</summary>
    public string? KeyNote { get; init; }

    /// <summary>Whether a link was sent that must be opened first; an invited person came by one.</summary>
    public bool NeedsConfirmation { get; init; }
}
