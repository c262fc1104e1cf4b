namespace Waybill.Core.Packs;

/// <summary>Where the private keys lie on the customer's computer: the page asks, the command has an option. The paths alone, never a key.</summary>
public sealed record PackKeyFiles
{
    private PackKeyFiles(KeyFilePath? openSsh, KeyFilePath? putty)
    {
        OpenSsh = openSsh;
        Putty = putty;
    }

    /// <summary>Each client's usual place.</summary>
    public static PackKeyFiles Usual { get; } = new(null, null);

    internal KeyFilePath? OpenSsh { get; }

    internal KeyFilePath? Putty { get; }

    /// <summary>From paths as a person typed them: one that ends with <c>.ppk</c> is for WinSCP, PuTTY and FileZilla, any other for OpenSSH and what reads its keys.</summary>
    public static Result<PackKeyFiles> Of(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        KeyFilePath? openSsh = null;
        KeyFilePath? putty = null;
        foreach (var text in paths)
        {
            var path = KeyFilePath.Parse(text);
            if (!path.Succeeded)
            {
                return path.Problem;
            }

            ref var place = ref path.Value.IsPutty ? ref putty : ref openSsh;
            if (place is not null)
            {
                return Problem.Invalid("Two paths are given for a private key of the same kind. Give at most one that ends with .ppk, and one that does not.");
            }

            place = path.Value;
        }

        return new PackKeyFiles(openSsh, putty);
    }
}
