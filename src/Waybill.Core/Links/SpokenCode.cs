using System.Globalization;
using System.Security.Cryptography;
using Waybill.Core.Keys.Handover;

namespace Waybill.Core.Links;

/// <summary>The code that a mailed link needs besides: told by telephone, it stands in no mail.</summary>
internal static class SpokenCode
{
    public static string New() =>
        RandomNumberGenerator.GetInt32((int)Math.Pow(10, HandoverLimits.CodeDigits)).ToString(CultureInfo.InvariantCulture).PadLeft(HandoverLimits.CodeDigits, '0');

    /// <summary>In two groups, as it is said.</summary>
    public static string Show(string code) => $"{code[..(HandoverLimits.CodeDigits / 2)]} {code[(HandoverLimits.CodeDigits / 2)..]}";

    /// <summary>The digits of what somebody typed; nothing where it is longer than any code.</summary>
    public static string Digits(string typed) => typed.Length <= HandoverLimits.TypedCode ? string.Concat(typed.Where(char.IsAsciiDigit)) : "";
}
