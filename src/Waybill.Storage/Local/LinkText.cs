namespace Waybill.Storage.Local;

/// <summary>The text of symbolic links: what is stored, and what may be shown.</summary>
internal static class LinkText
{
    /// <summary>
    /// The text to store for a link in <paramref name="directory"/>. Absolute targets are the login's own view, so they become relative: the same link then
    /// means the same file to the vault's owner and to a vendor whose root lies deeper.
    /// </summary>
    public static StoreError ForStorage(ReadOnlySpan<byte> target, VaultPath directory, out byte[] text)
    {
        text = [];
        if (target.IsEmpty)
        {
            return StoreError.InvalidArgument;
        }

        var error = VaultPath.TryParse(target, directory, out var path);
        if (error != VaultPathError.None)
        {
            return error is VaultPathError.TooLong or VaultPathError.NameTooLong ? StoreError.NameTooLong : StoreError.InvalidName;
        }

        if (StaysInside(target, directory))
        {
            text = target.ToArray();
            return StoreError.None;
        }

        using var relative = new MemoryStream();
        for (var depth = Depth(directory); depth > 0; depth--)
        {
            relative.Write("../"u8);
        }

        relative.Write(path!.IsRoot ? "."u8 : path.Bytes[1..]);
        text = relative.ToArray();
        return text.Length <= VaultPath.MaximumLength ? StoreError.None : StoreError.NameTooLong;
    }

    /// <summary>Whether the text is relative, has only names that a client may see, and no <c>..</c> of it climbs above the root.</summary>
    public static bool StaysInside(ReadOnlySpan<byte> text, VaultPath directory)
    {
        if (text.IsEmpty || text[0] == (byte)'/' || VaultPath.TryParse(text, directory, out _) != VaultPathError.None)
        {
            return false;
        }

        var depth = Depth(directory);
        foreach (var range in text.Split((byte)'/'))
        {
            var name = text[range];
            if (name.SequenceEqual(".."u8))
            {
                depth--;
            }
            else if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                depth++;
            }

            if (depth < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Depth(VaultPath directory) => directory.IsRoot ? 0 : directory.Bytes.Count((byte)'/');
}
