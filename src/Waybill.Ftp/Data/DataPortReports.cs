using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Data;

/// <summary>Counts what one control connection reports of its data ports: who comes a thousand times is a few rows of the audit, and is seen again an hour later.</summary>
internal sealed class DataPortReports(FtpLimits limits, TimeProvider time)
{
    /// <summary>What stands behind the words of the last report.</summary>
    public const string MoreFollow = "; what follows in this hour is refused too, and not reported";

    private readonly Lock _lock = new();
    private long _began;
    private int _count;

    /// <summary>What stands behind the words of a report, mostly nothing; null when it is one too many.</summary>
    public string? Next()
    {
        lock (_lock)
        {
            if (_count == 0 || time.GetElapsedTime(_began) >= limits.DataPortReportTime)
            {
                (_began, _count) = (time.GetTimestamp(), 0);
            }

            _count = Math.Min(_count, limits.DataPortReports) + 1;
            return _count < limits.DataPortReports ? "" : _count == limits.DataPortReports ? MoreFollow : null;
        }
    }
}
