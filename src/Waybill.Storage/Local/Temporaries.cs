using System.Security.Cryptography;
using System.Text;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// The names of hidden temporaries and what becomes of leftovers. A temporary in use carries a lock (flock) that ends with its descriptor, so whether one is
/// dead can be asked by any session and any process, also after a crash.
/// </summary>
internal static class Temporaries
{
    private const int RandomBytes = 16;

    private static ReadOnlySpan<byte> UploadPrefix => ".waybill-t-"u8;

    private static ReadOnlySpan<byte> QuarantinePrefix => ".waybill-q-"u8;

    private static ReadOnlySpan<byte> StagedPrefix => ".waybill-s-"u8;

    private static ReadOnlySpan<byte> ReplacedPrefix => ".waybill-o-"u8;

    public static byte[] NewName() => [.. UploadPrefix, .. RandomHex()];

    /// <summary>A temporary whose fsync failed is kept under such a name for the operator to look at; it is never published and never synced again.</summary>
    public static byte[] NewQuarantineName() => [.. QuarantinePrefix, .. RandomHex()];

    /// <summary>A file that the program keeps hidden, beside its place: it belongs to a row of the database and is no leftover, whoever is alive.</summary>
    public static byte[] StagedName(string token) => Named(StagedPrefix, token);

    /// <summary>The version that a shown file replaced, until the set that it belongs to is settled.</summary>
    public static byte[] ReplacedName(string token) => Named(ReplacedPrefix, token);

    public static bool IsStaged(ReadOnlySpan<byte> name) => name.StartsWith(StagedPrefix) || name.StartsWith(ReplacedPrefix);

    public static bool IsReserved(ReadOnlySpan<byte> name) => name.StartsWith(VaultPath.ReservedPrefix);

    public static bool IsUpload(ReadOnlySpan<byte> name) => name.StartsWith(UploadPrefix);

    /// <summary>Removes a leftover unless someone is still writing it.</summary>
    public static bool RemoveIfDead(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        var isGone = UnlinkIfDead(directory, name, out var file);
        file.Dispose();
        return isGone;
    }

    /// <summary>
    /// Takes the lock of what is open, if it still has that name. From then on it has it until its holder gives it another one: whoever removes, renames or
    /// replaces a login's partial or a temporary holds the lock of what has the name.
    /// </summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">The name.</param>
    /// <param name="file">What is open.</param>
    /// <param name="needsLock">False where it is enough that nobody else has the lock.</param>
    public static bool TryLock(FileDescriptor directory, ReadOnlySpan<byte> name, FileDescriptor file, bool needsLock = true) =>
        Kernel.TryLock(file) is var errno
        && (errno == Errno.None || (!needsLock && errno != Errno.Again))
        && Kernel.Stat(file, out var status) == Errno.None
        && Kernel.StatName(directory, name, out var named) == Errno.None
        && named.Identity == status.Identity;

    /// <summary>As <see cref="RemoveIfDead"/>; what it held is freed when <paramref name="file"/> is closed.</summary>
    public static bool UnlinkIfDead(FileDescriptor directory, ReadOnlySpan<byte> name, out FileDescriptor file) =>
        Kernel.OpenName(directory, name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out file) == Errno.None
        && Kernel.Stat(file, out var status) == Errno.None
        && status.Kind == FileKind.File
        && TryLock(directory, name, file)
        && Kernel.Unlink(directory, name, 0) == Errno.None;

    /// <summary>
    /// Removes the file that was meant and nothing else: a new version may have taken its name. It is set aside under a name that no sweep removes, looked at, and
    /// goes or gets its name back.
    /// </summary>
    /// <returns><see cref="StoreError.Busy"/> when another has its name; that one stays.</returns>
    public static StoreError RemoveOnly(FileDescriptor directory, ReadOnlySpan<byte> name, FileIdentity meant)
    {
        if (Kernel.StatName(directory, name, out var there) == Errno.None && there.Identity != meant)
        {
            return StoreError.Busy;
        }

        var aside = NewQuarantineName();
        var errno = Kernel.Rename(directory, name, directory, aside, OpenFlags.RenameNoReplace);
        if (errno != Errno.None)
        {
            return errno == Errno.NoEntry ? StoreError.None : Errno.ToStoreError(errno);
        }

        var isMeant = Kernel.StatName(directory, aside, out var status) == Errno.None && status.Identity == meant;
        errno = isMeant ? Kernel.Unlink(directory, aside, 0) : Errno.None;
        if (isMeant && errno == Errno.None)
        {
            return StoreError.None;
        }

        Kernel.Rename(directory, aside, directory, name, OpenFlags.RenameNoReplace);
        return isMeant ? Errno.ToStoreError(errno) : StoreError.Busy;
    }

    /// <summary>
    /// Removes the dead temporaries and the kept partials of a directory that holds nothing else; from one that holds more nothing goes. What is in quarantine is the
    /// operator's, and may be a file on the way back to its name.
    /// </summary>
    /// <returns>Whether all that was there is gone.</returns>
    public static bool EmptyOfLeftovers(FileDescriptor directory, KeptPartials partials) =>
        ForEach(directory, IsLeftover)
        && Kernel.SeekDirectory(directory, 0) == Errno.None
        && ForEach(directory, (parent, name) =>
        {
            if (!IsLeftover(parent, name) || !RemoveIfDead(parent, name))
            {
                return false;
            }

            if (UploadNames.TryParse(name, out var parsed))
            {
                partials.Forget(parent, name, parsed.Owner);
            }

            return true;
        });

    /// <summary>Whether a hidden file is nobody's: no upload has it open, and it is no file that is kept for another reason than to be gone on with.</summary>
    private static bool IsLeftover(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        if (!IsReserved(name) || IsStaged(name) || name.StartsWith(QuarantinePrefix)
            || Kernel.OpenName(directory, name, OpenFlags.ReadFile | OpenFlags.NoFollow, 0, out var file) != Errno.None)
        {
            return false;
        }

        using (file)
        {
            return Kernel.Stat(file, out var status) == Errno.None && status.Kind == FileKind.File && Kernel.TryLock(file) == Errno.None;
        }
    }

    /// <summary>Whether <paramref name="holds"/> is true of each entry; it ends at the first one of which it is not.</summary>
    private static bool ForEach(FileDescriptor directory, Func<FileDescriptor, ReadOnlySpan<byte>, bool> holds)
    {
        var buffer = new byte[DirectoryRecord.BufferSize];
        while (Kernel.ReadDirectory(directory, buffer, out var length) == Errno.None)
        {
            if (length == 0)
            {
                return true;
            }

            var rest = buffer.AsSpan(0, length);
            while (DirectoryRecord.TryRead(ref rest, out var record))
            {
                if (!record.IsDot && !holds(directory, record.Name))
                {
                    return false;
                }
            }
        }

        return false;
    }

    private static byte[] Named(ReadOnlySpan<byte> prefix, string token) => token.Length == IStagingStore.TokenLength && token.All(char.IsAsciiHexDigitLower)
        ? [.. prefix, .. Encoding.ASCII.GetBytes(token)]
        : throw new ArgumentException("The database holds a token that is no name of a file.", nameof(token));

    private static byte[] RandomHex()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        var hex = new byte[2 * RandomBytes];
        Convert.TryToHexStringLower(random, hex, out _);
        return hex;
    }
}
