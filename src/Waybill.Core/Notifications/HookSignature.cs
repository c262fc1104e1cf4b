using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.Notifications;

/// <summary>
/// Signs what a web hook is sent: <c>t=SECONDS,v1=HEX</c>, where HEX is HMAC-SHA256 with the hook's secret over the seconds, a full stop and the body's bytes.
/// The time is signed so that a receiver can refuse what somebody recorded and plays again.
/// </summary>
internal static class HookSignature
{
    public const string Header = "Waybill-Signature";

    public static string Sign(ReadOnlySpan<byte> secret, DateTimeOffset time, string body)
    {
        var seconds = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{seconds}.{body}")))}";
    }
}
