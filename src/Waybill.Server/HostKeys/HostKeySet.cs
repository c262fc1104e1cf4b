using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>Private host keys, loaded.</summary>
/// <param name="Used">One of each type, in the order of the offer.</param>
/// <param name="Announced">The next ones and the previous ones.</param>
internal sealed record HostKeySet(IReadOnlyList<SshPrivateKey> Used, IReadOnlyList<SshPrivateKey> Announced) : IDisposable
{
    public void Dispose()
    {
        foreach (var key in Used.Concat(Announced))
        {
            key.Dispose();
        }
    }
}
