using System.IO.Pipelines;
using Waybill.Sftp;
using Waybill.Ssh.Hosting;
using Waybill.Storage;
using Waybill.Storage.EventLoop;

namespace Waybill.Server.Hosting;

/// <summary>The SFTP server on a channel: its own view of the vault for each session.</summary>
internal sealed class SftpProgram(Func<StoreResult<IFileStore>> openStore, IAccessRules rules, IFileJournal journal, SftpOptions options, DiskPace pace, TimeProvider timeProvider)
    : ISshProgram
{
    private readonly Lock _lock = new();
    private SftpServer? _server;
    private bool _stopping;

    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        await PoolThread.EnterAsync();
        var opened = openStore();
        if (!opened.Succeeded)
        {
            // The vault's directory is away: the client sees the subsystem end, the audit has the login, and doctor says what is missing.
            return SftpServer.ExitFailed;
        }

        await using var store = opened.Value;
        var server = new SftpServer(store, rules, journal, options, timeProvider);
        lock (_lock)
        {
            _server = server;
            if (_stopping)
            {
                server.EndWhenIdle();
            }
        }

        return await server.RunAsync(channel.Input, channel.Output, cancellationToken);
    }

    public PipeScheduler? TurnScheduler => pace.TurnScheduler;

    public void EndWhenIdle()
    {
        lock (_lock)
        {
            _stopping = true;
            _server?.EndWhenIdle();
        }
    }
}
