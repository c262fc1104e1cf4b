using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Control;

/// <summary>One command of the client.</summary>
/// <param name="Command">Its row of the table.</param>
/// <param name="Number">The number that it names, for rows that take one.</param>
/// <param name="Pattern">The pattern, for rows that take one; empty for others.</param>
/// <param name="Words">What stands behind, cut as the row says.</param>
internal readonly record struct NtsapiRequest(NtsapiCommand Command, ServiceNumber Number, string Pattern, IReadOnlyList<string> Words)
{
    /// <summary>The number in national form.</summary>
    public string National => Number.National;
}
