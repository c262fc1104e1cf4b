using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>A file up and down again, compared at every place.</summary>
internal static class Transfers
{
    private const int Small = 300_000;

    public static async Task RoundTripAsync(WaybillServer server, InteropClient client, string name, int size = Small, string folder = "/upload")
    {
        var source = server.Directory.Write("local-" + name, RandomNumberGenerator.GetBytes(size));
        var fetched = server.Directory.Combine("fetched-" + name);
        await client.PutAsync(source, $"{folder}/{name}");
        Assert.Equal(Hash(source), Hash($"{server.Vault}{folder}/{name}"));
        await client.GetAsync($"{folder}/{name}", fetched);
        Assert.Equal(Hash(source), Hash(fetched));
        File.Delete(source);
        File.Delete(fetched);
        File.Delete($"{server.Vault}{folder}/{name}");
    }

    public static string Hash(string path)
    {
        // The server locks its temporaries and lets go after the rename; .NET would take that for a file in use.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    /// <summary>Waits until an upload into a directory of the vault has come that far.</summary>
    public static async Task WaitForTemporaryAsync(string folder, long bytes)
    {
        for (var attempt = 0; attempt < 3000; attempt++)
        {
            if (Directory.GetFiles(folder, ".waybill-*").Any(path => new FileInfo(path) is { Exists: true } file && file.Length >= bytes))
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail("the upload did not get going");
    }
}
