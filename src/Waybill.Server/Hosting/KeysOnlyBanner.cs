using System.Net;
using Microsoft.Extensions.Logging;
using Waybill.Core.Logins;
using Waybill.Net.Gate;
using Waybill.Net.Logging;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>
/// What a person reads who types a password into an SFTP program: two lines, to sources without a login in <see cref="KnownSources.Memory"/>. Scripts that
/// work get none: some take any output for a failure. The words do not depend on the user name.
/// </summary>
internal sealed partial class KeysOnlyBanner(LoginDirectory directory, string? supportMail, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long a start waits for what the audit knows; until it is known nobody gets a banner.</summary>
    public static readonly TimeSpan StartTime = TimeSpan.FromSeconds(1);

    /// <summary>Characters of the help address that are shown.</summary>
    private const int LongestMail = 120;

    private readonly KnownSources _sources = new(time);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _help = string.IsNullOrWhiteSpace(supportMail) ? "ask whoever gave you this address" : PeerText.Sanitise(supportMail.Trim(), LongestMail);
    private volatile bool _isReady;
    private Task _loading = Task.CompletedTask;

    /// <summary>Reads who logged in of late, so that a restart forgets nobody.</summary>
    public async Task StartAsync()
    {
        // The database reads on the thread that asks.
        _loading = Task.Run(LoadAsync);
        await _loading.WaitAsync(StartTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loading;
        _stop.Dispose();
    }

    /// <summary>A login succeeded.</summary>
    public void Note(IPAddress address) => _sources.Note(address);

    /// <summary>The two lines; null where the source is known.</summary>
    public string? For(SshConnectionInfo connection) => !_isReady || _sources.IsKnown(connection.RemoteEndPoint.Address)
        ? null
        : "This server takes SSH keys only, no passwords. The passphrase of a key is not a password: it opens the key file in your own program.\n"
            + $"Help: {_help}; reference {connection.Id}";

    private async Task LoadAsync()
    {
        try
        {
            var sources = await directory.SourcesAsync(time.GetUtcNow() - KnownSources.Memory, KnownSources.MaximumSources, _stop.Token);
            _sources.Recall(sources
                .Select(source => (Address: IPAddress.TryParse(source.Address, out var address) ? address : null, source.Time))
                .Where(source => source.Address is not null)
                .Select(source => (source.Address!, source.Time)));
            _isReady = true;
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        catch (Exception error)
        {
            // Whatever it was, a damaged row too: without it nobody gets a banner, and nothing else changes, least of all the server's stop.
            LogUnread(logger, error.Message);
        }
    }

    [LoggerMessage(EventId = 13, Level = LogLevel.Warning, Message = "Who logged in of late could not be read, so that nobody gets the banner: {Reason}")]
    private static partial void LogUnread(ILogger logger, string reason);
}
