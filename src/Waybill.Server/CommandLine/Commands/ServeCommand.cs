using System.CommandLine;
using System.Runtime.InteropServices;
using Waybill.Core.Audit;
using Waybill.Ftp.Hosting;
using Waybill.Server.Configuration;
using Waybill.Server.Hosting;
using Waybill.Storage.Local;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>
    /// How long a start waits for the removal of what uploads left behind that a crash cut off. In many vaults it takes longer; then it goes on beside the
    /// customers, who cannot see what it removes.
    /// </summary>
    private static readonly TimeSpan SweepFirst = TimeSpan.FromMilliseconds(200);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("serve", "Run the server until SIGTERM or Ctrl-C; prints READY when all listeners are bound.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            await RunAsync(here, here.LoadConfiguration(), _ => here.Output.WriteLine("READY"), cancellationToken);
        });
        return [command];
    }

    /// <summary>Runs the server; <paramref name="ready"/> is called when all listeners are bound.</summary>
    public static async Task RunAsync(CommandContext context, WaybillConfiguration configuration, Action<WaybillHost> ready, CancellationToken cancellationToken)
    {
        if (LocalVaults.CheckKernel() is { } problem)
        {
            throw new CommandException(problem);
        }

        // A blocked system call (fsync) holds a pool thread; without spare ones a burst of commits would wait for the pool to grow by one thread a second.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, 32), completions);
        using var running = context.Data.TakeLock();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var now = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop, now));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop, now));
        await using var installation = context.Open(configuration);
        installation.OpenVaults(configuration);
        await using var upkeep = VaultUpkeep.Start(installation.Vaults, TimeProvider.System, installation.SweepBesideVaults);
        try
        {
            await upkeep.WalkedAsync(SweepFirst);
            await using var host = await WaybillHost.StartAsync(installation, configuration, context.Json, stop.Token);
            await installation.RecordAsync(AuditActions.ServerStarted, null);
            foreach (var (listener, bound) in host.Listeners)
            {
                await context.Output.WriteLineAsync($"ssh {bound.IPEndPoint} ({listener.PolicyName})");
            }

            foreach (var (listener, bound) in host.FtpListeners)
            {
                await context.Output.WriteLineAsync($"{(listener.Mode == FtpMode.ImplicitTls ? "ftps" : "ftp")} {bound.IPEndPoint} ({listener.Words})");
            }

            foreach (var (listener, bound) in host.NtsapiListeners)
            {
                await context.Output.WriteLineAsync($"ntsapi {bound.IPEndPoint} ({listener.Words})");
            }

            foreach (var bound in host.Portal)
            {
                await context.Output.WriteLineAsync($"https {bound} (portal)");
            }

            ready(host);
            await context.Output.FlushAsync(CancellationToken.None);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync(now.Token);
            await installation.RecordAsync(AuditActions.ServerStopped, null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before it was ready.
        }
    }

    /// <summary>The first signal drains, a second one ends what still runs.</summary>
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop, CancellationTokenSource now)
    {
        signal.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            now.Cancel();
        }

        stop.Cancel();
    }
}
