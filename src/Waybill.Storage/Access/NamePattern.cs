using System.Text;

namespace Waybill.Storage.Access;

/// <summary>
/// A pattern of names: <c>*</c>, <c>?</c> and <c>[a-z]</c> with <c>!</c> or <c>^</c> for all others, over characters and not bytes. A name that begins with a
/// dot is matched by a dot only. Matching takes at most the product of both lengths: only the last star is ever tried again.
/// </summary>
public sealed class NamePattern
{
    private readonly List<Token> _tokens = [];

    private NamePattern()
    {
    }

    private enum TokenKind
    {
        Literal,
        AnyOne,
        AnyMany,
        Set,
    }

    /// <summary>Null when nothing in the name is a wildcard. What is quoted stands for itself.</summary>
    public static NamePattern? Compile(ReadOnlySpan<byte> name, ReadOnlySpan<bool> quoted)
    {
        var pattern = new NamePattern();
        for (var at = 0; at < name.Length;)
        {
            at += pattern.Take(name[at..], quoted[at..]);
        }

        return pattern._tokens.Exists(token => token.Kind != TokenKind.Literal) ? pattern : null;
    }

    /// <summary>The same of a protocol that cannot quote.</summary>
    public static NamePattern? Compile(ReadOnlySpan<byte> name) => Compile(name, new bool[name.Length]);

    /// <summary>Whether a name is one of those.</summary>
    public bool Matches(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'.', ..] && _tokens[0] is not { Kind: TokenKind.Literal })
        {
            return false;
        }

        var (token, at, star, starAt) = (0, 0, -1, 0);
        while (at < name.Length)
        {
            Rune.DecodeFromUtf8(name[at..], out var character, out var length);
            if (token < _tokens.Count && _tokens[token].Kind == TokenKind.AnyMany)
            {
                star = token++;
                starAt = at;
            }
            else if (token < _tokens.Count && _tokens[token].Matches(character))
            {
                token++;
                at += length;
            }
            else if (star >= 0)
            {
                Rune.DecodeFromUtf8(name[starAt..], out _, out length);
                token = star + 1;
                starAt += length;
                at = starAt;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Count && _tokens[token].Kind == TokenKind.AnyMany)
        {
            token++;
        }

        return token == _tokens.Count;
    }

    private int Take(ReadOnlySpan<byte> rest, ReadOnlySpan<bool> quoted)
    {
        switch (quoted[0] ? default : rest[0])
        {
            case (byte)'*':
                // Stars in a row are one, so that they cost no more.
                if (_tokens is not [.., { Kind: TokenKind.AnyMany }])
                {
                    _tokens.Add(new Token(TokenKind.AnyMany));
                }

                return 1;
            case (byte)'?':
                _tokens.Add(new Token(TokenKind.AnyOne));
                return 1;
            case (byte)'[' when TakeSet(rest, quoted) is var taken and > 0:
                return taken;
            default:
                Rune.DecodeFromUtf8(rest, out var character, out var length);
                _tokens.Add(new Token(TokenKind.Literal, character));
                return length;
        }
    }

    // [ , ! or ^, then characters and ranges up to a ] that is not the first. 0: it is not closed, so the bracket is itself.
    private int TakeSet(ReadOnlySpan<byte> rest, ReadOnlySpan<bool> quoted)
    {
        var at = 1;
        var inverted = at < rest.Length && !quoted[at] && rest[at] is (byte)'!' or (byte)'^';
        at += inverted ? 1 : 0;
        var start = at;
        var ranges = new List<(Rune First, Rune Last)>();
        while (at < rest.Length)
        {
            if (rest[at] == (byte)']' && !quoted[at] && at > start)
            {
                _tokens.Add(new Token(TokenKind.Set, default, inverted, [.. ranges]));
                return at + 1;
            }

            Rune.DecodeFromUtf8(rest[at..], out var first, out var length);
            at += length;
            var last = first;
            if (at + 1 < rest.Length && rest[at] == (byte)'-' && !quoted[at] && (rest[at + 1] != (byte)']' || quoted[at + 1]))
            {
                Rune.DecodeFromUtf8(rest[(at + 1)..], out last, out length);
                at += 1 + length;
            }

            ranges.Add((first, last));
        }

        return 0;
    }

    private readonly record struct Token(TokenKind Kind, Rune Character = default, bool Inverted = false, (Rune First, Rune Last)[]? Ranges = null)
    {
        public bool Matches(Rune other) => Kind switch
        {
            TokenKind.Literal => Character == other,
            TokenKind.AnyOne => true,
            TokenKind.Set => Array.Exists(Ranges!, range => range.First <= other && other <= range.Last) != Inverted,
            _ => false,
        };
    }
}
