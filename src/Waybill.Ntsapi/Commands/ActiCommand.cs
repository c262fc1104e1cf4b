using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Commands;

/// <summary>ACTI: makes a free number the account's. Who comes too late reads what makes clients ask for another one.</summary>
internal static class ActiCommand
{
    private const string NotActivated = "Number not activated";

    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        var answer = await session.Numbers.ActivateAsync(request.National).ConfigureAwait(false);
        return answer.Result is NumberResult.NotNow or NumberResult.NotFound
            ? new NtsapiReply(ReplyDigit.NotNow, answer.Words is { } words ? $"{NotActivated}: {words}" : NotActivated)
            : NtsapiReply.Of(answer, "Number activated OK");
    }
}
