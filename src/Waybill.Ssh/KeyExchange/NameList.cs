using System.Text;

namespace Waybill.Ssh.KeyExchange;

/// <summary>
/// A name-list as the peer sent it (RFC 4251 section 5). Read in place: empty names (libssh 0.10 ends its cipher list with a comma) and unknown ones match
/// nothing and do no harm.
/// </summary>
internal readonly struct NameList(ReadOnlyMemory<byte> text)
{
    /// <summary>As sent.</summary>
    public ReadOnlyMemory<byte> Bytes => text;

    /// <summary>Whether the list has a name, compared exactly.</summary>
    public bool Has(string name)
    {
        foreach (var range in text.Span.Split((byte)','))
        {
            if (Ascii.Equals(text.Span[range], name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the first name is <paramref name="name"/>: the peer's guess.</summary>
    public bool BeginsWith(string name)
    {
        var comma = text.Span.IndexOf((byte)',');
        return Ascii.Equals(comma < 0 ? text.Span : text.Span[..comma], name);
    }

    /// <summary>RFC 4253 section 7.1: the first name on the client's list (this one) that is also on the server's; null for none.</summary>
    public string? FirstAlsoIn(IReadOnlyList<string> offered)
    {
        foreach (var range in text.Span.Split((byte)','))
        {
            foreach (var name in offered)
            {
                if (Ascii.Equals(text.Span[range], name))
                {
                    return name;
                }
            }
        }

        return null;
    }
}
