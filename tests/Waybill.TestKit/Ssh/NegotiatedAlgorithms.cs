namespace Waybill.TestKit.Ssh;

/// <summary>What a key exchange agreed on; a MAC is null where the cipher brings its own.</summary>
public sealed record NegotiatedAlgorithms(string KeyExchange, string HostKey, string CipherToServer, string CipherToClient, string? MacToServer, string? MacToClient)
{
    /// <summary>RFC 4253 section 7.1: the first of the client's names that the server has too.</summary>
    public static NegotiatedAlgorithms Choose(RawKexInit client, RawKexInit server)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(server);
        var toServer = First("cipher", client.CipherToServer, server.CipherToServer);
        var toClient = First("cipher", client.CipherToClient, server.CipherToClient);
        return new NegotiatedAlgorithms(
            First("key exchange", [.. client.KeyExchange.Where(name => !RawAlgorithms.IsMarker(name))], server.KeyExchange),
            First("host key", client.HostKey, server.HostKey),
            toServer,
            toClient,
            RawAlgorithms.IsAead(toServer) ? null : First("MAC", client.MacToServer, server.MacToServer),
            RawAlgorithms.IsAead(toClient) ? null : First("MAC", client.MacToClient, server.MacToClient));
    }

    private static string First(string what, IReadOnlyList<string> client, IReadOnlyList<string> server) =>
        client.FirstOrDefault(server.Contains)
        ?? throw new InvalidOperationException($"No {what} in common: client {string.Join(',', client)}; server {string.Join(',', server)}.");
}
