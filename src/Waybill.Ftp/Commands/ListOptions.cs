using System.Buffers;

namespace Waybill.Ftp.Commands;

/// <summary>
/// What clients write between LIST and a path, as if it were <c>ls</c>: <c>-a</c>, <c>-l</c>, <c>-la</c>. Everything that begins with a hyphen and has letters behind it
/// is an option and passed over; a file of such a name is <c>./-name</c>.
/// </summary>
/// <param name="All">-a: show . and .. too.</param>
internal readonly record struct ListOptions(bool All)
{
    private const int MostOptions = 8;

    private static readonly SearchValues<byte> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz1"u8);

    /// <summary>Reads the options, and leaves the path.</summary>
    public static ListOptions Read(ReadOnlySpan<byte> argument, out ReadOnlySpan<byte> path)
    {
        var all = false;
        path = argument;
        for (var i = 0; i < MostOptions && path is [(byte)'-', ..]; i++)
        {
            var end = path.IndexOf((byte)' ');
            var option = end < 0 ? path[1..] : path[1..end];
            if (option.ContainsAnyExcept(Letters))
            {
                break;
            }

            all |= option.Contains((byte)'a');
            path = end < 0 ? default : path[(end + 1)..].TrimStart((byte)' ');
        }

        return new ListOptions(all);
    }
}
