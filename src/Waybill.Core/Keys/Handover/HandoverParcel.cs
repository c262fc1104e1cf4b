using System.Security.Cryptography;

namespace Waybill.Core.Keys.Handover;

/// <summary>What is handed over. Whoever has shown it disposes it, which wipes it.</summary>
/// <param name="part">Which part.</param>
/// <param name="fileName">The name under which to save the file.</param>
/// <param name="userName">The login.</param>
/// <param name="sha256">The key's fingerprint.</param>
/// <param name="content">The file, or the passphrase as ASCII.</param>
public sealed class HandoverParcel(HandoverPart part, string fileName, string userName, string sha256, byte[] content) : IDisposable
{
    /// <summary>Which part.</summary>
    public HandoverPart Part => part;

    /// <summary>The name under which to save the file: letters, digits and <c>._-</c>.</summary>
    public string FileName => fileName;

    /// <summary>The login.</summary>
    public string UserName => userName;

    /// <summary>The key's fingerprint.</summary>
    public string Sha256 => sha256;

    /// <summary>The file, or the passphrase as ASCII.</summary>
    public ReadOnlyMemory<byte> Content => content;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(content);
}
