using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Commands;

/// <summary>INFO 999: who is where, for the emergency services. Verbs of its own, and each field of the record is one.</summary>
internal static class EmergencyCommand
{
    private const string Updated = "Information updated";

    private const string NoRecord = "No record found";

    /// <summary>All verbs, for HELP.</summary>
    public static string Verbs { get; } = $"CREATE DATA STATUS VALIDATE {string.Join(' ', EmergencyFields.All)}";

    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        var (numbers, number, words) = (session.Numbers, request.Number, request.Words[1]);
        var blank = words.IndexOf(' ', StringComparison.Ordinal);
        var verb = blank < 0 ? words : words[..blank];
        var value = blank < 0 ? "" : words[blank..].Trim(' ');
        if (EmergencyFields.All.Contains(verb))
        {
            return NtsapiReply.Of(await numbers.SetEmergencyFieldAsync(number, verb, value).ConfigureAwait(false), Updated);
        }

        return (verb, value) switch
        {
            ("CREATE", "") => NtsapiReply.Of(await numbers.CreateEmergencyAsync(number).ConfigureAwait(false), Updated),
            ("DATA", "") => Data(await numbers.EmergencyDataAsync(number).ConfigureAwait(false)),
            ("STATUS", "") => Status(await numbers.EmergencyStatusAsync(number).ConfigureAwait(false)),
            ("VALIDATE", "") => Validated(await numbers.ValidateEmergencyAsync(number).ConfigureAwait(false)),
            _ => NtsapiReply.Refused($"The verbs of INFO 999 are {Verbs}"),
        };
    }

    private static NtsapiReply Data(NumberAnswer<IReadOnlyList<EmergencyField>> data) => data.IsDone
        ? new NtsapiReply(ReplyDigit.NotNow, "End of data") { Lines = [.. data.Value.Select(static field => $"{field.Name} {field.Value}")] }
        : data.Answer.Result == NumberResult.NotNow ? new NtsapiReply(ReplyDigit.NoRecord, NoRecord)
        : NtsapiReply.Of(data.Answer, "");

    private static NtsapiReply Status(NumberAnswer<EmergencyState> status) =>
        status.IsDone ? new NtsapiReply(status.Value.Digit, status.Value.Words) : NtsapiReply.Of(status.Answer, "");

    private static NtsapiReply Validated(NumberAnswer<EmergencyValidation> validation) => validation switch
    {
        { IsDone: true, Value: EmergencyValidation.Valid } => NtsapiReply.Done("Information Valid"),
        { IsDone: true } => new NtsapiReply(ReplyDigit.NotNow, "Parsed OK. Check later for status."),
        { Answer.Result: NumberResult.NotNow } => new NtsapiReply(ReplyDigit.NoRecord, NoRecord),
        _ => NtsapiReply.Of(validation.Answer, ""),
    };
}
