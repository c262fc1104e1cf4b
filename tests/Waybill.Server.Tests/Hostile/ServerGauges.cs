using System.Globalization;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.Hostile;

/// <summary>What the kernel says about the server's process.</summary>
internal sealed class ServerGauges(RunningServer server)
{
    private readonly string _process = $"/proc/{server.ProcessId}";

    /// <summary>Resident memory, MiB.</summary>
    public long Memory => long.Parse(
        File.ReadLines(_process + "/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    public int Descriptors => Directory.GetFileSystemEntries(_process + "/fd").Length;

    /// <summary>Threads of the thread pool.</summary>
    public int Workers
    {
        get
        {
            var workers = 0;
            foreach (var thread in Directory.GetDirectories(_process + "/task"))
            {
                try
                {
                    workers += File.ReadAllText(thread + "/comm").StartsWith(".NET TP Worker", StringComparison.Ordinal) ? 1 : 0;
                }
                catch (IOException)
                {
                    // Gone meanwhile.
                }
            }

            return workers;
        }
    }

    /// <summary>Waits until the server holds no more descriptors than before, but for a few that caches keep.</summary>
    public async Task DescriptorsAreBackAsync(int before)
    {
        const int Caches = 16;
        for (var tries = 0; Descriptors > before + Caches; tries++)
        {
            Assert.True(tries < 600, $"{Descriptors} descriptors, {before} before");
            await Task.Delay(100);
        }
    }
}
