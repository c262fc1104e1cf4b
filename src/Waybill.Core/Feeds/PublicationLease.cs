using System.Security.Cryptography;

namespace Waybill.Core.Feeds;

/// <summary>
/// The right to work on sets of files: a lock that ends with its process, however that ends. Whoever can take the lease that a set names may finish or undo it.
/// </summary>
internal sealed class PublicationLease : IDisposable
{
    private const int MaximumAttempts = 10;

    private readonly FileStream _file;

    private PublicationLease(FileStream file, string owner)
    {
        _file = file;
        Owner = owner;
    }

    /// <summary>Its name, in the rows of the sets.</summary>
    public string Owner { get; }

    /// <summary>Takes a new one.</summary>
    public static PublicationLease Take(string directory)
    {
        // Whoever clears away the leases of the dead may see the file before it is locked; then there is another name.
        for (var attempts = 0; attempts < MaximumAttempts; attempts++)
        {
            if (TryTake(directory, RandomNumberGenerator.GetHexString(32, lowercase: true)) is { } lease)
            {
                return lease;
            }
        }

        throw new IOException($"No file in {directory} can be locked.");
    }

    /// <summary>Takes one that a process left; null while that process lives.</summary>
    public static PublicationLease? TryTake(string directory, string owner)
    {
        try
        {
            Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, Path.GetFileName(owner));
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (File.Exists(path))
            {
                return new PublicationLease(file, owner);
            }

            // Removed between the opening and the lock: a lock on a file without a name protects nothing.
            file.Dispose();
            return null;
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return null;
        }
    }

    /// <summary>The leases whose files are there, of living processes and of dead ones.</summary>
    public static IEnumerable<string> All(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory).Select(static file => Path.GetFileName(file)) : [];

    public void Dispose()
    {
        File.Delete(_file.Name);
        _file.Dispose();
    }
}
