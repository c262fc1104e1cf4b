using System.Diagnostics;
using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

public sealed class ParallelUploadTests(WaybillServer server)
{
    private const int Clients = 8;
    private const int Size = 50 * 1024 * 1024;

    [Fact]
    public async Task Eight_clients_upload_50_MiB_each_at_once_and_all_arrives_unchanged()
    {
        var content = RandomNumberGenerator.GetBytes(Size);
        var names = Enumerable.Range(0, Clients).Select(client => $"parallel-{client}.bin").ToList();
        foreach (var (client, name) in names.Index())
        {
            content[0] = (byte)client;
            server.Directory.Write(name, content);
        }

        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(names.Select(name => new OpenSshSftp(server).PutAsync(server.Directory.Combine(name), "/upload/" + name)));
        Console.WriteLine($"parallel: {Clients} uploads of {Size >> 20} MiB in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        foreach (var name in names)
        {
            Assert.Equal(Transfers.Hash(server.Directory.Combine(name)), Transfers.Hash(Path.Combine(server.Vault, "upload", name)));
            File.Delete(server.Directory.Combine(name));
            File.Delete(Path.Combine(server.Vault, "upload", name));
        }
    }
}
