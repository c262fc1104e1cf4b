using System.Globalization;
using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Commands;

/// <summary>STAT: <c>number Y|N YYYY-MM-DD target1|target2|target3</c>. Clients split it at blanks and then at the bars, which are always two.</summary>
internal static class StatCommand
{
    private const int Targets = 3;

    /// <summary>The last day of what has none: clients expect a date there.</summary>
    private const string Never = "9999-12-31";

    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        var state = await session.Numbers.StateAsync(request.Number).ConfigureAwait(false);
        return state.IsDone ? NtsapiReply.Done(Words(request.Number, state.Value)) : NtsapiReply.Of(state.Answer, "");
    }

    private static string Words(ServiceNumber number, NumberState state)
    {
        var expires = state.Expires?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? Never;
        var targets = string.Join('|', state.Targets.Concat(Enumerable.Repeat("", Targets)).Take(Targets));
        return $"{number} {(state.IsActive ? 'Y' : 'N')} {expires} {targets}";
    }
}
