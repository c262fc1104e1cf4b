namespace Waybill.Core.Onboarding;

/// <summary>A form as it is sent in.</summary>
/// <param name="Details">Its fields.</param>
public sealed record RequestForm(RequestDetails Details)
{
    /// <summary>The public key in any form, as text or as a file; null for none. It is read and never kept as it is.</summary>
    public ReadOnlyMemory<byte>? KeyFile { get; init; }
}
