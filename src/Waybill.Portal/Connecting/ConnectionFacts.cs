using System.Text;
using QRCoder;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Connecting;

/// <summary>What customers are told about connecting, made from the configuration and the server's keys.</summary>
internal sealed class ConnectionFacts(PortalOptions options, IServerIdentity identity)
{
    private readonly Lazy<QrPicture> _qr = new(() => QrPicture.Of(options.PublicUrl + "/"));

    /// <summary>Where customers connect: empty where the provider has not said.</summary>
    public IReadOnlyList<PublicAddress> Addresses => options.Ssh;

    /// <summary>The host keys with all that clients show of them.</summary>
    public IEnumerable<HostKeyView> HostKeys => identity.HostKeys.Select(key => new HostKeyView(key, options.Ssh));

    /// <summary>The landing page's address, to be taken by a phone's camera.</summary>
    public QrPicture Qr => _qr.Value;
}

/// <summary>A host key in the notation of each client.</summary>
internal sealed class HostKeyView(SshPublicKey key, IReadOnlyList<PublicAddress> addresses)
{
    public string Type => key.KeyType;

    public int Bits => key.Bits;

    public string Sha256 => KeyFingerprint.Sha256(key.Blob.Span);

    public string OpenSsh => KeyFingerprint.OpenSsh(key);

    public string OpenSshMd5 => KeyFingerprint.OpenSshMd5(key);

    public string Putty => KeyFingerprint.Putty(key);

    public string PuttyMd5 => KeyFingerprint.PuttyMd5(key);

    public string WinScp => KeyFingerprint.WinScp(key);

    public string WinScpUrl => KeyFingerprint.WinScpUrl(key);

    public string Line => HostKeyNotation.OpenSshLine(key);

    public string PuttyValue => HostKeyNotation.PuttyCacheValue(key);

    public IEnumerable<string> KnownHosts => addresses.Select(address => HostKeyNotation.KnownHostsLine(address.Host, address.Port, key));

    public IEnumerable<string> PuttyNames => addresses.Select(address => HostKeyNotation.PuttyCacheName(address.Host, address.Port, key));

    public IEnumerable<string> Sshfp => addresses.DistinctBy(static address => address.Host)
        .SelectMany(address => HostKeyNotation.Sshfp(key).Select(record => record.ToZoneLine(address.Host)));
}

/// <summary>A QR code as a drawing: one path, so that it needs no style.</summary>
/// <param name="Size">Modules of a side, the quiet zone too.</param>
/// <param name="Path">The dark modules.</param>
internal sealed record QrPicture(int Size, string Path)
{
    public static QrPicture Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var path = new StringBuilder();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            var row = code.ModuleMatrix[y];
            for (var x = 0; x < row.Count; x++)
            {
                var from = x;
                while (x < row.Count && row[x])
                {
                    x++;
                }

                if (x > from)
                {
                    path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}v1H{from}z");
                }
            }
        }

        return new QrPicture(code.ModuleMatrix.Count, path.ToString());
    }
}
