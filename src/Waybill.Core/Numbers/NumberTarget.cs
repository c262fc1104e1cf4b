using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Waybill.Core.Numbers;

/// <summary>Where calls to a number go.</summary>
/// <param name="Kind">What sort of place.</param>
/// <param name="Address">International digits; <c>user@host</c> or <c>user:password@host</c>, a port behind the host if need be; or an e-mail address.</param>
public sealed record NumberTarget(TargetKind Kind, string Address)
{
    /// <summary>The longest, with its letter: a line of NTSAPI has room for it.</summary>
    public const int MaximumLength = 200;

    /// <summary>What is shown in place of a password, and is none.</summary>
    private const string Hidden = "***";

    /// <summary>The digits of an international number, at most (E.164) and at least.</summary>
    private const int LongestPstn = 15;
    private const int ShortestPstn = 7;
    private const int LongestUser = 64;
    private const int LongestPassword = 64;
    private const int LongestHost = 253;

    // What RFC 3261 lets stand unescaped in the user part, but for what this protocol parts by, and a quote, which nobody has there.
    private static readonly SearchValues<char> User = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*&=+$,;?/%#");
    private static readonly SearchValues<char> MailUser = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+/=?^`{}~");
    private static readonly SearchValues<char> Host = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>As NTSAPI writes it: <c>S:441224000000@sip.example</c>.</summary>
    public override string ToString() => Prefix(Kind) + Address;

    /// <summary>The same without a password, for logs, events and pages of others.</summary>
    public string ToShown() => Kind is not TargetKind.Pstn and not TargetKind.Fax and not TargetKind.Voicemail && Address.Split('@') is [var user, var host] && user.IndexOf(':') is >= 0 and var colon
        ? $"{Prefix(Kind)}{user[..colon]}:{Hidden}@{host}"
        : ToString();

    /// <summary>Reads what NTSAPI sends (domain.md 1.4); a number of the United Kingdom with its leading 0 is made international.</summary>
    /// <param name="text">The target.</param>
    /// <param name="target">The target, read.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out NumberTarget? target)
    {
        var read = Parse(text ?? "");
        target = read.Value;
        return read.Succeeded;
    }

    /// <summary>Reads a target, or says what is wrong with it.</summary>
    public static Result<NumberTarget> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return Problem.Invalid("The target is empty. Give one as S:user@host, or international digits; or clear it.");
        }

        if (text is not [_, ':', ..])
        {
            return Of(TargetKind.Pstn, text);
        }

        return text[0] switch
        {
            'S' => Of(TargetKind.Sip, text[2..]),
            's' => Of(TargetKind.SipInBand, text[2..]),
            'E' => Of(TargetKind.SipTls, text[2..]),
            'I' => Of(TargetKind.Iax2, text[2..]),
            'F' => Of(TargetKind.Fax, text[2..]),
            'V' => Of(TargetKind.Voicemail, text[2..]),
            _ => Problem.Invalid($"There is no target type {Words.Show(text[..1])}. There are S, s and E for SIP, I for IAX2, F for fax and V for voicemail; a telephone number has none."),
        };
    }

    /// <summary>A target of a kind that is known, or what is wrong with its address.</summary>
    public static Result<NumberTarget> Of(TargetKind kind, string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Length + Prefix(kind).Length > MaximumLength)
        {
            return Problem.Invalid($"The target is longer than {MaximumLength} characters. Shorten it.");
        }

        switch (kind)
        {
            case TargetKind.Pstn:
                var digits = address.StartsWith('0') && PhoneNumber.TryParse(address, out var home) ? home.E164.ToString(CultureInfo.InvariantCulture) : address;
                return digits.Length is >= ShortestPstn and <= LongestPstn && digits[0] is >= '1' and <= '9' && !digits.AsSpan().ContainsAnyExceptInRange('0', '9')
                    ? new NumberTarget(kind, digits)
                    : Problem.Invalid($"A telephone number as target is {ShortestPstn} to {LongestPstn} international digits without the plus. Write it as 441189999999.");
            case TargetKind.Fax or TargetKind.Voicemail:
                return address.Split('@') is [{ Length: >= 1 and <= LongestUser } name, var domain] && !name.AsSpan().ContainsAnyExcept(MailUser) && domain.Contains('.', StringComparison.Ordinal) && IsName(domain)
                    ? new NumberTarget(kind, address)
                    : Problem.Invalid("That target is an e-mail address: write it as F:fax@example.com or V:voice@example.com.");
            default:
                return address.Split('@') is not [var user, var place] || !IsUser(user) || !IsPlace(place)
                    ? Problem.Invalid($"That target is user@host or user:password@host: write it as {Prefix(kind)}441224000000@sip.example.com, a port behind the host if need be.")
                    : user.Split(':') is [_, Hidden] ? Problem.Invalid($"{Hidden} is shown in place of a password and is none. Give the password itself.")
                    : new NumberTarget(kind, address);
        }
    }

    private static string Prefix(TargetKind kind) => kind switch
    {
        TargetKind.Pstn => "",
        TargetKind.Sip => "S:",
        TargetKind.SipInBand => "s:",
        TargetKind.SipTls => "E:",
        TargetKind.Iax2 => "I:",
        TargetKind.Fax => "F:",
        _ => "V:",
    };

    private static bool IsUser(string text)
    {
        var parts = text.Split(':');
        return parts.Length <= 2 && parts[0].Length is >= 1 and <= LongestUser && !parts[0].AsSpan().ContainsAnyExcept(User)
            && (parts.Length == 1 || (parts[1].Length is >= 1 and <= LongestPassword && !parts[1].AsSpan().ContainsAnyExcept(User)));
    }

    /// <summary>A name, an IPv4 address or an IPv6 one in brackets; a port may follow.</summary>
    private static bool IsPlace(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 0 && !text.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(text.AsSpan(1, end - 1), out var address)
                && address.AddressFamily == AddressFamily.InterNetworkV6 && (end == text.Length - 1 || (text[end + 1] == ':' && IsPort(text.AsSpan(end + 2))));
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? IsName(text) : IsName(text[..colon]) && IsPort(text.AsSpan(colon + 1));
    }

    /// <summary>Labels of letters, digits and dashes; an IPv4 address looks like that as well, and one that is none is no name either.</summary>
    private static bool IsName(string text)
    {
        if (text.Length is < 1 or > LongestHost || text.AsSpan().ContainsAnyExcept(Host))
        {
            return false;
        }

        var labels = text.Split('.');
        if (labels.Any(static label => label.Length is < 1 or > 63 || label[0] == '-' || label[^1] == '-'))
        {
            return false;
        }

        return !char.IsAsciiDigit(labels[^1][0]) || labels[^1].Any(char.IsAsciiLetter)
            || (labels.Length == 4 && labels.All(static label => label.Length <= 3 && byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
    }

    private static bool IsPort(ReadOnlySpan<char> text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
}
