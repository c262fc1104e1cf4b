using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Waybill.Server.Configuration;

namespace Waybill.Server.Certificates;

/// <summary>
/// The certificate that new connections get, to the portal and over FTPS. Its files are looked at when somebody connects, since they are renewed every few weeks and nobody
/// thinks of the server then; those that cannot be used, or that are not valid with their chain while the present one is, change nothing, and the log says so. The same object is given out as long as the certificate is: TLS sessions are
/// resumed within one only.
/// </summary>
internal sealed partial class CertificateWatch
{
    /// <summary>Whether the files changed is asked no more often than this.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly DataDirectory _data;
    private readonly PortalSection _section;
    private readonly TimeProvider _time;
    private readonly Action<ServerCertificate> _used;
    private readonly ILogger _logger;
    private readonly Lock _looking = new();
    private volatile SslStreamCertificateContext _context;
    private ServerCertificate _shown;
    private string _stamp;
    private string? _problem;
    private long _looked;

    /// <summary>Loads it; throws <see cref="CommandException"/> with what is wrong and what to do.</summary>
    /// <param name="data">Where the installation's own lies.</param>
    /// <param name="section">Which one is configured.</param>
    /// <param name="time">The clock.</param>
    /// <param name="used">Gets each certificate that connections see from then on, the first one too.</param>
    /// <param name="logger">Where changes are told.</param>
    public CertificateWatch(DataDirectory data, PortalSection section, TimeProvider time, Action<ServerCertificate> used, ILogger logger)
    {
        (_data, _section, _time, _used, _logger) = (data, section, time, used, logger);
        (_stamp, _looked) = (Stamp(), time.GetTimestamp());
        _shown = ServerCertificate.Load(data, section);
        _context = ContextOf(_shown);
        used(_shown);
    }

    /// <summary>What the next connection is shown; the same object as long as the certificate is the same.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            Look();
            return _context;
        }
    }

    /// <summary>What the next connection to the portal is answered with.</summary>
    public SslServerAuthenticationOptions ForConnection() => new()
    {
        ServerCertificateContext = Current,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = Protocols,
        AllowRenegotiation = false,
    };

    /// <summary>Looks whether something changed.</summary>
    public void Look()
    {
        // One looks; the others need not wait for it.
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            if (_time.GetElapsedTime(_looked) < Interval)
            {
                return;
            }

            _looked = _time.GetTimestamp();
            var stamp = Stamp();
            if (stamp == _stamp && _problem is null)
            {
                return;
            }

            // What cannot be used is tried again each time: a mode or an owner that is set right leaves no trace in the stamp.
            var loaded = ServerCertificate.Load(_data, _section);
            if (Stamp() != stamp)
            {
                // Somebody is writing them just now: the next look finds both halves.
                return;
            }

            if (NewLapse(loaded, _time.GetUtcNow()) is { } lapse)
            {
                // Looked at again each time: its day comes, or the end of the present one.
                Keep($"the one in {ServerCertificate.FilesOf(_data, _section)[0]} ({loaded.Certificate.Subject}) {lapse}, so that every client would refuse it");
                return;
            }

            var isSame = ChainOf(_shown).SequenceEqual(ChainOf(loaded));
            _used(loaded);
            (_context, _shown, _stamp, _problem) = (isSame ? _context : ContextOf(loaded), loaded, stamp, null);
            if (!isSame)
            {
                var until = loaded.Certificate.NotAfter.ToUniversalTime();
                LogChanged(_logger, loaded.Certificate.Subject, until);
            }
        }
        catch (CommandException error)
        {
            Keep(error.Message);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Keep(string problem)
    {
        if (problem != _problem)
        {
            _problem = problem;
            LogUnusable(_logger, problem);
        }
    }

    /// <summary>What clients have against it and not against the one that is shown; null if nothing.</summary>
    private string? NewLapse(ServerCertificate loaded, DateTimeOffset now) =>
        ServerCertificate.Lapse(loaded.Certificate, now) is { } lapse && ServerCertificate.Lapse(_shown.Certificate, now) is null ? lapse
        : _shown.Lapse(now) is null ? loaded.Lapse(now)
        : null;

    /// <summary>Offline: what is missing of the chain is not fetched from addresses that a certificate names.</summary>
    private static SslStreamCertificateContext ContextOf(ServerCertificate loaded) => SslStreamCertificateContext.Create(loaded.Certificate, loaded.Chain, offline: true);

    private static IReadOnlyList<string> ChainOf(ServerCertificate loaded) => [.. loaded.Chain.Prepend(loaded.Certificate).Select(static each => each.Thumbprint)];

    private string Stamp() => string.Join(' ', ServerCertificate.FilesOf(_data, _section).Select(static path => new FileInfo(path)).Select(
        static file => file.Exists ? FormattableString.Invariant($"{file.LastWriteTimeUtc.Ticks}:{file.Length}") : "none"));

    [LoggerMessage(EventId = 46, Level = LogLevel.Information, Message = "New connections see another certificate: {Subject}, until {End:yyyy-MM-dd}")]
    private static partial void LogChanged(ILogger logger, string subject, DateTime end);

    [LoggerMessage(EventId = 47, Level = LogLevel.Warning, Message = "The certificate was changed and is not used; connections get the one before: {Problem}")]
    private static partial void LogUnusable(ILogger logger, string problem);
}
