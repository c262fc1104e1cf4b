using System.Security.Cryptography;

namespace Waybill.Core.Feeds;

/// <summary>
/// The right to work on sets of files: a lock that ends with its process, however that ends. Whoever can take the lease that a set names may finish or undo it.
/// </summary>
internal sealed class PublicationLease : IDisposable
{
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
        Directory.CreateDirectory(directory);
        return TryTake(directory, RandomNumberGenerator.GetHexString(32, lowercase: true))
            ?? throw new IOException($"A new file in {directory} is locked by another process.");
    }

    /// <summary>Takes one that a process left; null while that process lives.</summary>
    public static PublicationLease? TryTake(string directory, string owner)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new PublicationLease(new FileStream(Path.Combine(directory, Path.GetFileName(owner)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), owner);
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
