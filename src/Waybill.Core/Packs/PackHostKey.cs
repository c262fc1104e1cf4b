using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs;

/// <summary>A host key that clients may meet: in use, announced for later, or used before and announced still.</summary>
/// <param name="Key">The key.</param>
/// <param name="IsUsed">Whether key exchanges use it: at most one of each type.</param>
public sealed record PackHostKey(SshPublicKey Key, bool IsUsed = true);
