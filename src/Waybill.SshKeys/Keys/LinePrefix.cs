using System.Buffers;

namespace Waybill.SshKeys.Keys;

/// <summary>What stands in front of the base64 on an OpenSSH line: the type, options of authorized_keys, or what does not belong there.</summary>
internal static class LinePrefix
{
    /// <summary>How ssh-keygen -H hides the names in known_hosts.</summary>
    private const string HashedHost = "|1|";

    /// <summary>Options that limit or give what no login has here; to leave them out changes nothing.</summary>
    private static readonly string[] IdleOptions =
    [
        "restrict", "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-pty", "no-user-rc", "port-forwarding", "agent-forwarding",
        "x11-forwarding", "pty", "user-rc", "permitopen", "permitlisten", "tunnel", "environment", "no-touch-required",
    ];

    private static readonly SearchValues<char> NotOfHosts = SearchValues.Create(" \t<>\"'=");

    private static readonly string[] BindingOptions = ["from", "command", "expiry-time", "cert-authority", "principals", "verify-required"];

    /// <summary>The verdict on a key with this in front of it.</summary>
    public static PublicKeyReading Judge(ReadOnlySpan<char> prefix, ReadOnlySpan<byte> blob, string? comment)
    {
        prefix = prefix.Trim();
        if (prefix.Contains("BEGIN SSH2 PUBLIC KEY", StringComparison.Ordinal))
        {
            return PublicKeyFile.Judge(blob, comment: null, PublicKeyFormat.Rfc4716, note: null); // RFC 4716 whose line ends were dropped
        }

        var (front, word) = SplitLastWord(prefix.Trim("\"'`"));
        var options = ReadOptions(front);
        if (front.StartsWith(HashedHost, StringComparison.Ordinal) || (options.Kind == OptionKind.None && LooksLikeHost(front)))
        {
            return PublicKeyReading.Refused(PublicKeyMistake.KnownHostsLine);
        }

        var reading = PublicKeyFile.Judge(blob, comment, prefix.IsEmpty ? PublicKeyFormat.BareBase64 : PublicKeyFormat.OpenSsh, note: null);
        if (!reading.IsKey || prefix.IsEmpty)
        {
            return reading;
        }

        var type = reading.Key.KeyType;
        var mended = type + " " + Convert.ToBase64String(blob) + (comment is null ? "" : " " + comment);
        string? note = null;
        if (!word.SequenceEqual(type))
        {
            if (KeyBlob.KnownType(word) is { } stated)
            {
                return PublicKeyReading.Refused(PublicKeyMistake.TypeMismatch, PublicKeyMessages.TypeMismatch(stated, type, mended));
            }

            if (word.Length < 3 || !type.AsSpan().EndsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return PublicKeyReading.Refused(PublicKeyMistake.TextInFront, PublicKeyMessages.TextInFront(mended));
            }

            note = PublicKeyMessages.MendedTypeNote(type);
        }

        return options.Kind switch
        {
            _ when front.Length == 0 => PublicKeyReading.Accepted(reading.Key, comment, reading.Format, note),
            OptionKind.Idle =>
                PublicKeyReading.Accepted(reading.Key, comment, reading.Format, Join(note, PublicKeyMessages.IgnoredOptionsNote(options.Names))),
            OptionKind.Binding => PublicKeyReading.Refused(PublicKeyMistake.Options, PublicKeyMessages.Options(options.Names, mended)),
            _ => PublicKeyReading.Refused(PublicKeyMistake.TextInFront, PublicKeyMessages.TextInFront(mended)),
        };
    }

    private static string Join(string? first, string second) => first is null ? second : first + " " + second;

    private static (string Front, string Word) SplitLastWord(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var blank = text.LastIndexOfAny(' ', '\t');
        return blank < 0 ? ("", text.ToString()) : (text[..blank].TrimEnd().ToString(), text[(blank + 1)..].ToString());
    }

    /// <summary>A known_hosts line has one word in front of the type: a hash, names, or an address with a port; or a marker and such a word.</summary>
    private static bool LooksLikeHost(string front)
    {
        var isMarked = front.StartsWith("@revoked ", StringComparison.Ordinal) || front.StartsWith("@cert-authority ", StringComparison.Ordinal);
        return isMarked || (front.Length > 0 && !front.AsSpan().ContainsAny(NotOfHosts) && !front.EndsWith(':'));
    }

    /// <summary>
    /// sshd(8), AUTHORIZED_KEYS FILE FORMAT: names with commas between them, some with ="value" in which a quote is escaped by a backslash. Only names
    /// known here are ever repeated.
    /// </summary>
    private static (OptionKind Kind, string Names) ReadOptions(ReadOnlySpan<char> text)
    {
        var names = new List<string>();
        var kind = OptionKind.None;
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(',', '=');
            var hasValue = end >= 0 && text[end] == '=';
            var name = end < 0 ? text : text[..end];
            var (known, itsKind) = Lookup(name.Trim());
            if (itsKind == OptionKind.None && !hasValue && kind == OptionKind.None)
            {
                return (OptionKind.None, "");
            }

            kind = itsKind == OptionKind.Idle && kind != OptionKind.Binding ? OptionKind.Idle : OptionKind.Binding;
            if (!names.Contains(known))
            {
                names.Add(known); // bounded by the names that are known
            }

            text = end < 0 ? default : text[(end + 1)..];
            if (hasValue)
            {
                text = SkipValue(text);
            }
        }

        return (kind, string.Join(", ", names));
    }

    private static ReadOnlySpan<char> SkipValue(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '"')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == ',' && !quoted)
            {
                return text[(i + 1)..];
            }
        }

        return default;
    }

    private static (string Name, OptionKind Kind) Lookup(ReadOnlySpan<char> name)
    {
        foreach (var option in IdleOptions)
        {
            if (name.Equals(option, StringComparison.OrdinalIgnoreCase))
            {
                return (option, OptionKind.Idle);
            }
        }

        foreach (var option in BindingOptions)
        {
            if (name.Equals(option, StringComparison.OrdinalIgnoreCase))
            {
                return (option, OptionKind.Binding);
            }
        }

        return ("one that is unknown", OptionKind.None);
    }

    private enum OptionKind
    {
        None,
        Idle,
        Binding,
    }
}
