using System.Net.Security;
using Microsoft.Extensions.Logging;
using Waybill.Server.Configuration;

namespace Waybill.Server.Certificates;

/// <summary>
/// The certificate that FTPS shows. Its files are looked at now and then, so that a new one takes over without a restart and without dropping sessions; one that cannot be
/// used does not, and the one before goes on. The same object is given out as long as the files are: TLS sessions are resumed within one only.
/// </summary>
internal sealed partial class CertificateSource(DataDirectory data, PortalSection section, TimeProvider time, ILogger logger)
{
    /// <summary>How long the files are taken to be as they were.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _current;
    private (DateTime Certificate, DateTime Key) _written;
    private long _looked;

    /// <summary>The certificate with its chain; throws <see cref="CommandException"/> when there has never been one that can be used.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_lock)
            {
                if (_current is null || time.GetElapsedTime(_looked) >= Interval)
                {
                    Look();
                }

                return _current!;
            }
        }
    }

    private void Look()
    {
        _looked = time.GetTimestamp();
        var files = ServerCertificate.FilesOf(data, section);
        var written = (File.GetLastWriteTimeUtc(files[0]), File.GetLastWriteTimeUtc(files[1]));
        if (_current is not null && written == _written)
        {
            return;
        }

        try
        {
            var loaded = ServerCertificate.Load(data, section);
            _current = SslStreamCertificateContext.Create(loaded.Certificate, loaded.Chain, offline: true);
            _written = written;
            LogUsed(logger, loaded.Certificate.Thumbprint, loaded.Certificate.NotAfter);
        }
        catch (CommandException error) when (_current is not null)
        {
            // Certificate and key are two files, and may be seen between the one and the other: it is tried again.
            LogUnusable(logger, error.Message);
        }
    }

    [LoggerMessage(EventId = 50, Level = LogLevel.Information, Message = "FTPS shows the certificate {Thumbprint}, valid until {Until}")]
    private static partial void LogUsed(ILogger logger, string thumbprint, DateTime until);

    [LoggerMessage(EventId = 51, Level = LogLevel.Error, Message = "The new certificate is not used, the one before goes on: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string reason);
}
