using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Packs;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys.Generation;

/// <summary>A key pair on its way to a customer: the public half, the private half under a passphrase, and the passphrase. Disposing it wipes what is secret.</summary>
public sealed class GeneratedKey : IDisposable
{
    private readonly KeyPassphrase _passphrase;
    private readonly byte[] _file;

    private GeneratedKey(SshPublicKey key, string comment, string userName, KeyRecipe recipe, byte[] file, KeyPassphrase passphrase)
    {
        PublicKey = key;
        Comment = comment;
        Recipe = recipe;

        // As the connection pack expects it, whose files then need no other path.
        FileName = PackFacts.AliasFor(userName) + recipe.Extension;
        PublicFileName = PackFacts.AliasFor(userName) + ".pub";
        _file = file;
        _passphrase = passphrase;
    }

    /// <summary>The public half.</summary>
    public SshPublicKey PublicKey { get; }

    /// <summary>What stands in both files: user name and day.</summary>
    public string Comment { get; }

    /// <summary>How it was made.</summary>
    public KeyRecipe Recipe { get; }

    /// <summary>The private half's file name.</summary>
    public string FileName { get; }

    /// <summary>The public half's file name.</summary>
    public string PublicFileName { get; }

    /// <summary>The private half's file, encrypted.</summary>
    public ReadOnlyMemory<byte> File => _file;

    /// <summary>The passphrase, as ASCII.</summary>
    public ReadOnlySpan<byte> Passphrase => _passphrase.Characters;

    /// <summary>The public half's file: one OpenSSH line.</summary>
    public byte[] PublicFile => Encoding.ASCII.GetBytes(HostKeyNotation.OpenSshLine(PublicKey, Comment) + "\n");

    /// <summary>Makes a pair for a login. Nothing is stored or recorded by this.</summary>
    public static Result<GeneratedKey> Make(string userName, KeyRecipe recipe, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Check() is { } problem)
        {
            return problem;
        }

        using var pair = recipe.MakePair();
        var passphrase = KeyPassphrase.Generate();
        var comment = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{userName} {now.UtcDateTime:yyyy-MM-dd}");
        return new GeneratedKey(pair.PublicKey, comment, userName, recipe, ProtectedKeyFile.Write(pair, recipe.Format, passphrase.Characters, comment), passphrase);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _passphrase.Dispose();
        CryptographicOperations.ZeroMemory(_file);
    }
}
