using System.Globalization;
using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>Times as a person reads them: where the person is, or else the provider.</summary>
internal static class PersonTime
{
    public static TimeZoneInfo ZoneOf(Person person, PortalOptions options) =>
        person.TimeZone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var own) ? own : options.Zone;

    public static string Show(DateTimeOffset time, Person person, PortalOptions options) =>
        TimeZoneInfo.ConvertTime(time, ZoneOf(person, options)).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}
