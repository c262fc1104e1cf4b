using System.Security.Cryptography;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>HASH (draft-bryan-ftpext-hash-02).</summary>
internal static class HashCommand
{
    private static readonly (string Name, HashAlgorithmName Algorithm)[] Known = [("SHA-256", HashAlgorithmName.SHA256), ("SHA-512", HashAlgorithmName.SHA512)];

    /// <summary>HASH path: <c>213 SHA-256 0-SIZE hash name</c>.</summary>
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var (name, algorithm) = Known[session.HashIndex];
        var path = request.Text;
        return FileHash.BeginAsync(session, request.Path!, algorithm, (hash, size) => new FtpReply(213, $"{name} 0-{size} {hash} {path}"));
    }

    /// <summary>OPTS HASH [name].</summary>
    public static FtpReply Choose(FtpSession session, string? name)
    {
        if (name is not null)
        {
            var found = Array.FindIndex(Known, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (found < 0)
            {
                return new FtpReply(504, "HASH has SHA-256 and SHA-512.");
            }

            session.HashIndex = found;
        }

        return new FtpReply(200, Known[session.HashIndex].Name);
    }

    public static IEnumerable<string> Features(FtpSession session) => [$"HASH {string.Join(';', Known.Select((known, i) => known.Name + (i == session.HashIndex ? "*" : "")))}"];
}
