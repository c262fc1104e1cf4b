namespace Waybill.SshKeys.Keys;

/// <summary>A text in which no SSH key begins: what its sender may have meant.</summary>
internal static class UnkeyedText
{
    private const int Sha256Base64Length = 43;
    private const int Md5HexLength = 47;

    /// <summary>The least of a wrapped line's length that is tried as DER, and how many tries a text gets.</summary>
    private const int LeastDerWord = 16;

    private const int MaxDerAttempts = 8;

    /// <summary>A modulus of 1,024 bits has 308 digits; the smallest in use had 512 bits.</summary>
    private const int LeastModulusDigits = 150;

    /// <summary>The verdict on the text.</summary>
    public static PublicKeyReading Judge(KeyFileText text)
    {
        var (fingerprint, ssh1, type, damaged) = (false, false, false, false);
        var attempts = 0;
        for (var line = 0; line < text.LineCount; line++)
        {
            var current = text[line];
            if (current.IsEmpty || current[0] == '#')
            {
                continue;
            }

            var words = 0;
            foreach (var range in current.SplitAny(' ', '\t'))
            {
                var word = current[range].Trim("\"'`,;().");
                if (word.Length >= LeastDerWord && word[0] == 'M' && attempts++ < MaxDerAttempts && TryReadDer(text, line, range.Start.Value) is { } reading)
                {
                    return reading;
                }

                words += word.IsEmpty ? 0 : 1;
                fingerprint |= IsFingerprint(word);
                damaged |= type && words > 1 && word.Length > 16;
                type |= KeyBlob.KnownType(word) is not null || word.SequenceEqual("BEGIN SSH2 PUBLIC KEY");
            }

            fingerprint |= current.StartsWith("+--[", StringComparison.Ordinal) || current.StartsWith("+---[", StringComparison.Ordinal);
            ssh1 |= IsSsh1PublicKey(current);
        }

        return PublicKeyReading.Refused((fingerprint, ssh1, type, damaged) switch
        {
            (_, true, _, _) => PublicKeyMistake.Ssh1PublicKey,
            (true, _, _, _) => PublicKeyMistake.Fingerprint,
            (_, _, _, true) => PublicKeyMistake.Damaged,
            (_, _, true, _) => PublicKeyMistake.CutOff,
            _ => PublicKeyMistake.NoKey,
        });
    }

    /// <summary>The base64 of DER, without its armour or with all of it on one line. All of it begins with M: a SEQUENCE.</summary>
    private static PublicKeyReading? TryReadDer(KeyFileText text, int line, int start)
    {
        using var base64 = new Base64Text(text.All.Length);
        for (; line < text.LineCount && !text[line].IsEmpty; line++, start = 0)
        {
            foreach (var range in text[line][start..].SplitAny(' ', '\t'))
            {
                var word = text[line][start..][range];
                var dashes = word.IndexOf('-');
                if (!base64.TryAppend(dashes < 0 ? word : word[..dashes]) || dashes >= 0)
                {
                    line = text.LineCount - 1;
                    break;
                }
            }
        }

        var bytes = base64.Decode(base64.Length);
        if (bytes.Length == 0)
        {
            return null;
        }

        var reading = PublicKeyFile.JudgeDer(bytes);
        return reading.Mistake == PublicKeyMistake.Damaged ? null : reading;
    }

    private static bool IsFingerprint(ReadOnlySpan<char> word)
    {
        if (word.StartsWith("SHA256:", StringComparison.OrdinalIgnoreCase))
        {
            return word.TrimEnd('=').Length == "SHA256:".Length + Sha256Base64Length;
        }

        word = word.StartsWith("MD5:", StringComparison.OrdinalIgnoreCase) ? word["MD5:".Length..] : word;
        if (word.Length != Md5HexLength)
        {
            return false;
        }

        for (var i = 0; i < word.Length; i++)
        {
            if (i % 3 == 2 ? word[i] is not (':' or '-') : !char.IsAsciiHexDigit(word[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>SSH-1: bits, exponent, modulus in decimal, comment.</summary>
    private static bool IsSsh1PublicKey(ReadOnlySpan<char> line)
    {
        var numbers = 0;
        foreach (var range in line.SplitAny(' ', '\t'))
        {
            var word = line[range];
            if (word.IsEmpty || word.ContainsAnyExceptInRange('0', '9'))
            {
                numbers = 0;
            }
            else if (++numbers == 3)
            {
                return word.Length >= LeastModulusDigits;
            }
        }

        return false;
    }
}
