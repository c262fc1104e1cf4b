using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Waybill.Portal.Security;

/// <summary>How many requests a source may make: one connection of HTTP/2 carries any number, so the gate before the listener does not bound them.</summary>
internal static class RequestRate
{
    public static PartitionedRateLimiter<HttpContext> Create() => PartitionedRateLimiter.Create<HttpContext, UInt128>(static context =>
        RateLimitPartition.GetTokenBucketLimiter(SourceOf(context.Connection.RemoteIpAddress), static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = PortalLimits.RequestBurst,
            TokensPerPeriod = PortalLimits.RequestsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));

    /// <summary>An IPv4 address, or the /64 of an IPv6 address: who has one has all of it.</summary>
    internal static UInt128 SourceOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length);
        if (length == 16)
        {
            bytes[8..].Clear();
        }

        // IPv4 in the upper half would look like the network of an IPv6 address.
        return length == 16 ? System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes) : System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
