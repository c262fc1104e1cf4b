using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>What became of a file that was sent in as a key.</summary>
/// <param name="Addition">The key, on its login now; null for what is no public key.</param>
/// <param name="Note">Something about the key that its owner should know.</param>
/// <param name="Refused">What the file is instead; null for a key.</param>
/// <param name="InstalledOn">For a private key: the user names that have its public half installed and not revoked. Whether to lock them out is for staff to decide.</param>
public sealed record TakenKey(KeyAddition? Addition, string? Note, PublicKeyReading? Refused, IReadOnlyList<string> InstalledOn);
