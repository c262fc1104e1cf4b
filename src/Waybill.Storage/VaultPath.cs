using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Waybill.Storage;

/// <summary>
/// An absolute path inside a login's root, canonical: it begins with <c>/</c>, has no empty, <c>.</c> or <c>..</c> component and no trailing slash.
/// Names are bytes and valid UTF-8. The one canonicaliser of every protocol (CVE-2026-30914: two of them disagreed).
/// It is lexical and no protection by itself: the store resolves it again in the kernel's jail.
/// </summary>
public sealed class VaultPath : IEquatable<VaultPath>
{
    /// <summary>The longest path in bytes, as Linux's PATH_MAX without its final zero.</summary>
    public const int MaximumLength = 4095;

    /// <summary>The longest name in bytes, as Linux's NAME_MAX.</summary>
    public const int MaximumNameLength = 255;

    /// <summary>Names that begin with this are the store's own (temporaries, partials): no client sees or names them.</summary>
    public static ReadOnlySpan<byte> ReservedPrefix => ".waybill-"u8;

    private readonly byte[] _bytes;

    private VaultPath(byte[] bytes) => _bytes = bytes;

    /// <summary>The root itself, <c>/</c>.</summary>
    public static VaultPath Root { get; } = new([(byte)'/']);

    /// <summary>The path in UTF-8, beginning with a slash.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether this is <c>/</c>.</summary>
    public bool IsRoot => _bytes.Length == 1;

    /// <summary>The last component; empty for the root.</summary>
    public ReadOnlySpan<byte> Name => _bytes.AsSpan(_bytes.AsSpan().LastIndexOf((byte)'/') + 1);

    /// <summary>The directory that holds it; the root's is the root.</summary>
    public VaultPath Parent
    {
        get
        {
            var slash = _bytes.AsSpan().LastIndexOf((byte)'/');
            return slash == 0 ? Root : new VaultPath(_bytes[..slash]);
        }
    }

    /// <summary>
    /// Reads a path as a client sends it, relative to <paramref name="workingDirectory"/> unless it begins with a slash.
    /// </summary>
    /// <returns>What is wrong with it, or <see cref="VaultPathError.None"/>.</returns>
    public static VaultPathError TryParse(ReadOnlySpan<byte> text, VaultPath workingDirectory, [NotNullWhen(true)] out VaultPath? path)
    {
        ArgumentNullException.ThrowIfNull(workingDirectory);
        path = null;
        if (text.Length > MaximumLength)
        {
            return VaultPathError.TooLong;
        }

        if (text.Contains((byte)0))
        {
            return VaultPathError.HoldsNul;
        }

        if (!Utf8.IsValid(text))
        {
            return VaultPathError.NotUtf8;
        }

        var start = text.StartsWith("/"u8) ? Root : workingDirectory;
        Span<byte> buffer = stackalloc byte[start._bytes.Length + text.Length + 2];
        start._bytes.CopyTo(buffer);
        var length = start.IsRoot ? 0 : start._bytes.Length;
        foreach (var range in text.Split((byte)'/'))
        {
            var name = text[range];
            if (name.IsEmpty || name.SequenceEqual("."u8))
            {
                continue;
            }

            if (name.SequenceEqual(".."u8))
            {
                length = Math.Max(0, buffer[..length].LastIndexOf((byte)'/'));
                continue;
            }

            if (name.Length > MaximumNameLength)
            {
                return VaultPathError.NameTooLong;
            }

            if (name.StartsWith(ReservedPrefix))
            {
                return VaultPathError.ReservedName;
            }

            buffer[length++] = (byte)'/';
            name.CopyTo(buffer[length..]);
            length += name.Length;
        }

        if (length > MaximumLength)
        {
            return VaultPathError.TooLong;
        }

        path = length == 0 ? Root : new VaultPath(buffer[..length].ToArray());
        return VaultPathError.None;
    }

    /// <summary>Reads a path that the program itself or an operator wrote; throws <see cref="ArgumentException"/> when it is not one.</summary>
    public static VaultPath Parse(string text)
    {
        var error = TryParse(Encoding.UTF8.GetBytes(text), Root, out var path);
        return path ?? throw new ArgumentException($"'{text}' is no path of a vault ({error}).", nameof(text));
    }

    /// <summary>Whether this is <paramref name="directory"/> or lies below it.</summary>
    public bool IsAtOrBelow(VaultPath directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return directory.IsRoot
            || (_bytes.AsSpan().StartsWith(directory._bytes) && (_bytes.Length == directory._bytes.Length || _bytes[directory._bytes.Length] == (byte)'/'));
    }

    /// <inheritdoc/>
    public bool Equals(VaultPath? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VaultPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The path as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_bytes);
}
