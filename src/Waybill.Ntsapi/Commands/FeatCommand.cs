using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>FEAT: what a number does besides. Without a letter it shows which are on; with one alone, as clients send it, it turns that one on.</summary>
internal static class FeatCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        if (request.Words is [])
        {
            var features = await session.Numbers.FeaturesAsync(request.National).ConfigureAwait(false);
            return NtsapiReply.Of(features.Answer, $"{request.National} {(features.Value is "" ? "-" : features.Value)}");
        }

        if (request.Words[0] is not [>= 'A' and <= 'Z'] || request.Words is [_, not ("Y" or "N")])
        {
            return RequestParser.Usage(request.Command);
        }

        var answer = await session.Numbers.SetFeatureAsync(request.National, request.Words[0][0], isOn: request.Words is not [_, "N"]).ConfigureAwait(false);
        return NtsapiReply.Of(answer, "Number updated OK");
    }
}
