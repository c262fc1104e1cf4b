using System.Globalization;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Ftp.Listings;

/// <summary>
/// The facts of MLST and MLSD (RFC 3659 section 7.5), in the order of FEAT. There is no <c>unique</c>: the store's numbers are nobody else's business.
/// </summary>
internal sealed class Facts
{
    private static readonly string[] Known = ["type", "size", "modify", "perm", "UNIX.mode"];

    private readonly bool[] _wanted = [true, true, true, true, true];

    /// <summary>What FEAT says: those that are sent have a star.</summary>
    public string Feature => string.Concat(Known.Select((name, i) => $"{name}{(_wanted[i] ? "*" : "")};"));

    /// <summary>Those that are sent, as OPTS MLST answers.</summary>
    public string Chosen => string.Concat(Known.Where((_, i) => _wanted[i]).Select(name => name + ";"));

    /// <summary>Sends those of a list alone: <c>type;size;</c>; names that are not known are passed over.</summary>
    public void Choose(string list)
    {
        var names = list.Split(';', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < Known.Length; i++)
        {
            _wanted[i] = names.Contains(Known[i], StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>Writes the facts, each with its semicolon.</summary>
    /// <param name="target">Where.</param>
    /// <param name="attributes">Of what.</param>
    /// <param name="rights">What the login may do with it.</param>
    /// <param name="type">The type where it is not the kind's own: cdir, pdir.</param>
    public int Write(Span<byte> target, in FileAttributes attributes, FileRights rights, ReadOnlySpan<byte> type)
    {
        var isDirectory = attributes.Kind == FileKind.Directory;
        var at = 0;
        if (_wanted[0])
        {
            at += Put(target[at..], "type="u8, type.IsEmpty ? TypeOf(attributes.Kind) : type);
        }

        if (_wanted[1] && !isDirectory)
        {
            Span<byte> digits = stackalloc byte[20];
            attributes.Size.TryFormat(digits, out var count, provider: CultureInfo.InvariantCulture);
            at += Put(target[at..], "size="u8, digits[..count]);
        }

        if (_wanted[2])
        {
            Span<byte> time = stackalloc byte[FtpTime.Length];
            FtpTime.Write(time, attributes.ModificationTime);
            at += Put(target[at..], "modify="u8, time);
        }

        if (_wanted[3])
        {
            Span<byte> letters = stackalloc byte[10];
            at += Put(target[at..], "perm="u8, letters[..Permissions(letters, isDirectory, rights)]);
        }

        if (_wanted[4])
        {
            var mode = attributes.Permissions;
            at += Put(target[at..], "UNIX.mode="u8, [(byte)'0', (byte)('0' + (mode >> 6 & 7)), (byte)('0' + (mode >> 3 & 7)), (byte)('0' + (mode & 7))]);
        }

        return at;
    }

    private static ReadOnlySpan<byte> TypeOf(FileKind kind) => kind switch
    {
        FileKind.File => "file"u8,
        FileKind.Directory => "dir"u8,
        FileKind.SymbolicLink => "OS.unix=symlink"u8,
        _ => "OS.unix=other"u8,
    };

    // RFC 3659 section 7.5.5.
    private static int Permissions(Span<byte> letters, bool isDirectory, FileRights rights)
    {
        var count = 0;
        if (isDirectory)
        {
            Add(letters, 'c', FileRights.Create);
            Add(letters, 'd', FileRights.RemoveDirectory);
            letters[count++] = (byte)'e';
            Add(letters, 'f', FileRights.Rename);
            Add(letters, 'l', FileRights.List);
            Add(letters, 'm', FileRights.MakeDirectory);
            Add(letters, 'p', FileRights.Delete);
        }
        else
        {
            Add(letters, 'a', FileRights.Overwrite);
            Add(letters, 'd', FileRights.Delete);
            Add(letters, 'f', FileRights.Rename);
            Add(letters, 'r', FileRights.Read);
            Add(letters, 'w', FileRights.Overwrite);
        }

        return count;

        void Add(Span<byte> target, char letter, FileRights needs)
        {
            if (rights.HasFlag(needs))
            {
                target[count++] = (byte)letter;
            }
        }
    }

    private static int Put(Span<byte> target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        name.CopyTo(target);
        value.CopyTo(target[name.Length..]);
        target[name.Length + value.Length] = (byte)';';
        return name.Length + value.Length + 1;
    }
}
