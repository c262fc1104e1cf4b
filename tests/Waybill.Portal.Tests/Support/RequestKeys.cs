using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Support;

/// <summary>A key pair as the tools of customers write it.</summary>
/// <param name="OpenSsh">The private key as ssh-keygen writes it.</param>
/// <param name="Ppk">The private key as PuTTYgen writes it.</param>
/// <param name="Line">The public key: type and base64.</param>
/// <param name="Fingerprint">Its fingerprint.</param>
internal sealed record RequestKeys(string OpenSsh, string Ppk, string Line, string Fingerprint)
{
    public static async Task<RequestKeys> MakeAsync()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("key");
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", path);

        // One pass: else it takes as many as fill a tenth of a second.
        await RunAsync("puttygen", path, "-O", "private", "-o", path + ".ppk", "--new-passphrase", directory.Write("passphrase", "a passphrase"), "--ppk-param", "passes=1");
        var line = string.Join(' ', (await File.ReadAllTextAsync(path + ".pub")).Split(' ').Take(2));
        return new RequestKeys(await File.ReadAllTextAsync(path), await File.ReadAllTextAsync(path + ".ppk"), line, KeyFingerprint.Sha256(Convert.FromBase64String(line.Split(' ')[1])));
    }

    private static async Task RunAsync(string program, params string[] words) => Assert.Equal(0, (await ExternalProcess.RunAsync(program, words, timeout: TimeSpan.FromSeconds(60))).ExitCode);
}
