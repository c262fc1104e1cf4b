using System.CommandLine;
using System.Text;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Generation;
using Waybill.Core.Keys.Handover;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>key generate</c>: a key pair for a customer who cannot make one.</summary>
internal static class KeyGenerateCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private sealed record KeyGenerated(string UserName, string Type, int Bits, string Sha256, DateTimeOffset? Expires, string PrivateKeyFile, string PublicKeyFile, string Passphrase);

    public static Command Create(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var folder = new Option<string?>("--out") { Description = "where the two files go; nothing else is written there", HelpName = "DIR" };
        var handOver = new Option<string?>("--hand-over") { Description = "instead of --out: mail a link to the private key there", HelpName = "EMAIL" };
        var passphraseTo = new Option<string?>("--passphrase-to") { Description = "mail a link to the passphrase there, to another address", HelpName = "EMAIL" };
        var readOut = new Option<bool>("--read-out") { Description = "the passphrase is told by telephone: key handovers read-out" };
        var type = new Option<string>("--type") { Description = "ed25519, rsa or ecdsa", HelpName = "TYPE", DefaultValueFactory = _ => "ed25519" };
        type.AcceptOnlyFromAmong("ed25519", "rsa", "ecdsa");
        var bits = new Option<int?>("--bits") { Description = "RSA: 3072 or 4096; ECDSA: 256, 384 or 521", HelpName = "N" };
        var format = new Option<string>("--format")
        {
            Description = "openssh; ppk for PuTTY from 0.75 and WinSCP from 5.19; ppk2 for older ones", HelpName = "FORMAT", DefaultValueFactory = _ => "openssh",
        };
        format.AcceptOnlyFromAmong("openssh", "ppk", "ppk2");
        var label = new Option<string?>("--label") { Description = "what the key is for; else user name and day", HelpName = "TEXT" };
        var expires = KeyCommands.ExpiresOption();
        var command = new Command("generate", "Make a key pair for a customer, encrypted, and install it. The passphrase is printed once and kept nowhere.")
        {
            user, folder, handOver, passphraseTo, readOut, type, bits, format, label, expires,
        };
        command.Validators.Add(result =>
        {
            var (isOut, isHandOver) = (result.GetValue(folder) is not null, result.GetValue(handOver) is not null);
            if (isOut == isHandOver)
            {
                result.AddError("give either --out DIR or --hand-over EMAIL");
            }
            else if (isHandOver == (result.GetValue(passphraseTo) is null && !result.GetValue(readOut)) || (result.GetValue(passphraseTo) is not null && result.GetValue(readOut)))
            {
                result.AddError("--hand-over goes with either --passphrase-to EMAIL or --read-out, and --out with neither");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var recipe = new KeyRecipe(Kind(parse.GetRequiredValue(type)), Format(parse.GetRequiredValue(format))) { Bits = parse.GetValue(bits) };
            if (parse.GetValue(handOver) is { } address)
            {
                var plan = new HandoverPlan(parse.GetRequiredValue(user), recipe, address, parse.GetValue(passphraseTo)) { Label = parse.GetValue(label), Expires = parse.GetValue(expires) };
                await KeyHandoverCommands.StartAsync(here, plan, cancellationToken);
                return;
            }

            await using var installation = here.Open();
            using var generated = CommandContext.Require(await installation.KeyGeneration.MakeAsync(parse.GetRequiredValue(user), recipe, cancellationToken));
            var place = Path.GetFullPath(parse.GetValue(folder)!);
            var (privateFile, publicFile) = (Path.Combine(place, generated.FileName), Path.Combine(place, generated.PublicFileName));

            // The files first: a key that is installed and was never written would be one that nobody has.
            Write(generated, place, privateFile, publicFile);
            var installed = await installation.KeyGeneration.InstallAsync(
                parse.GetRequiredValue(user), generated, parse.GetValue(label), parse.GetValue(expires), CommandContext.Operator, cancellationToken);
            if (!installed.Succeeded)
            {
                File.Delete(privateFile);
                File.Delete(publicFile);
                throw CommandException.Of(installed.Problem);
            }

            Print(here, parse.GetRequiredValue(user), installed.Value, generated, privateFile, publicFile);
        });
        return command;
    }

    internal static KeyKind Kind(string word) => Enum.Parse<KeyKind>(word, ignoreCase: true);

    internal static ProtectedKeyFormat Format(string word) => word switch
    {
        "ppk" => ProtectedKeyFormat.Ppk3,
        "ppk2" => ProtectedKeyFormat.Ppk2,
        _ => ProtectedKeyFormat.OpenSsh,
    };

    private static void Print(CommandContext here, string user, InstalledKey key, GeneratedKey generated, string privateFile, string publicFile)
    {
        // From here on it is text on its way to a screen, the one place where it is meant to be read.
        var passphrase = Encoding.ASCII.GetString(generated.Passphrase);
        here.Print(new KeyGenerated(user, key.Type, key.Bits, key.Sha256, key.Expires, privateFile, publicFile, passphrase), output =>
        {
            output.WriteLine($"installed: {key.Bits} {key.Sha256} ({key.Type}) for {user}");
            output.WriteLine($"private key: {privateFile}");
            output.WriteLine($"public key: {publicFile}");
            output.WriteLine($"passphrase: {passphrase}");
        });
    }

    private static void Write(GeneratedKey generated, string place, string privateFile, string publicFile)
    {
        foreach (var file in (string[])[privateFile, publicFile])
        {
            if (File.Exists(file))
            {
                throw new CommandException($"{file} is there already, and nothing is overwritten; move it away, or name another directory with --out");
            }
        }

        var written = new List<string>();
        try
        {
            Directory.CreateDirectory(place, OwnerOnly | UnixFileMode.UserExecute);
            foreach (var (path, content) in ((string, ReadOnlyMemory<byte>)[])[(privateFile, generated.File), (publicFile, generated.PublicFile)])
            {
                using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0 });
                written.Add(path);
                file.Write(content.Span);
                file.Flush(flushToDisk: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            written.ForEach(File.Delete);
            throw new CommandException($"the key cannot be written to {place}; name a directory that the user {Environment.UserName} may write, with room, with --out");
        }
    }
}
