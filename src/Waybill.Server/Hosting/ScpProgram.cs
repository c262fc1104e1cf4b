using System.IO.Pipelines;
using Waybill.Sftp.Scp;
using Waybill.Ssh.Hosting;
using Waybill.Storage;
using Waybill.Storage.EventLoop;

namespace Waybill.Server.Hosting;

/// <summary>One <c>scp -t</c> or <c>scp -f</c> on a channel: its own view of the vault for each.</summary>
internal sealed class ScpProgram(ScpArguments arguments, Func<StoreResult<IFileStore>> openStore, IAccessRules rules, IFileJournal journal, ScpOptions options, DiskPace pace)
    : ISshProgram
{
    private readonly Lock _lock = new();
    private ScpServer? _server;
    private bool _stopping;

    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        await PoolThread.EnterAsync();
        var opened = openStore();
        if (!opened.Succeeded)
        {
            // The vault's directory is away: the client sees scp fail, the audit has the login, and doctor says what is missing.
            return ScpServer.ExitFailed;
        }

        await using var store = opened.Value;
        var server = new ScpServer(arguments, store, rules, journal, options);
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
