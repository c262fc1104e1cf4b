namespace Waybill.Core.Onboarding;

/// <summary>A form as it is sent in.</summary>
/// <param name="Details">Its fields.</param>
public sealed record RequestForm(RequestDetails Details)
{
    /// <summary>The public key in any form, as text or as a file; null for none. It is read and never kept as it is.</summary>
    public ReadOnlyMemory<byte>? KeyFile { get; init; }

    /// <summary>A second private key, which stood beside that one; null for none. It is refused for good too.</summary>
    public ReadOnlyMemory<byte>? SecondPrivate { get; init; }

    /// <summary>It asks for another key for the login that <see cref="RequestDetails.UserName"/> names, and for no new one.</summary>
    public bool IsReplacement { get; init; }
}
