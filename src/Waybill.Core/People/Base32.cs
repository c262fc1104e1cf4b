using System.Text;

namespace Waybill.Core.People;

/// <summary>RFC 4648 base32 without padding, as authenticators want secrets; also the letters of recovery codes.</summary>
internal static class Base32
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsOfLetter = 5;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(((bytes.Length * 8) + BitsOfLetter - 1) / BitsOfLetter);
        var (value, bits) = (0, 0);
        foreach (var each in bytes)
        {
            (value, bits) = (((value << 8) | each) & 0xFFFF, bits + 8);
            for (; bits >= BitsOfLetter; bits -= BitsOfLetter)
            {
                text.Append(Letters[(value >> (bits - BitsOfLetter)) & 31]);
            }
        }

        return bits == 0 ? text.ToString() : text.Append(Letters[(value << (BitsOfLetter - bits)) & 31]).ToString();
    }
}
