using System.Text;

using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Keys that ssh-keygen and PuTTYgen made for this run, and those programs to check ours with.</summary>
public sealed class KeyTools : IAsyncLifetime
{
    /// <summary>The names of the keys; each is a file with an OpenSSH private key, and NAME.pub.</summary>
    public static readonly TheoryData<string> Names =
        ["ed25519", "rsa2048", "rsa3072", "ecdsa256", "ecdsa384", "ecdsa521", "putty-rsa", "putty-ed25519", "putty-ecdsa256", "putty-ecdsa521"];

    private readonly TemporaryDirectory _directory = new();

    /// <summary>The path of a file among the keys.</summary>
    public string PathOf(string name) => _directory.Combine(name);

    /// <summary>Reads a file among the keys.</summary>
    public byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>Reads a text among the keys.</summary>
    public string ReadText(string name) => File.ReadAllText(PathOf(name));

    /// <summary>Writes a file that only we may read, as ssh-keygen demands of private keys.</summary>
    public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content)
    {
        var path = _directory.Write(name, content.Span);
        await RunAsync("chmod", ["600", path]);
        return path;
    }

    /// <summary>The blob of a key, taken from the line that the tool wrote.</summary>
    public byte[] BlobOf(string name) => Convert.FromBase64String(ReadText(name + ".pub").Split(' ')[1].Trim());

    /// <summary>The public half of a key.</summary>
    public SshPublicKey KeyOf(string name)
    {
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(BlobOf(name), out var key));
        return key!;
    }

    public static Task<string> SshKeygenAsync(params string[] arguments) => RunAsync("ssh-keygen", arguments);

    public static Task<string> SshKeygenWithInputAsync(string input, params string[] arguments) => RunAsync("ssh-keygen", arguments, input);

    public static Task<string> PuttygenAsync(params string[] arguments) => RunAsync("puttygen", arguments);

    /// <summary>PuTTYgen with an empty passphrase and without asking for the mouse to be moved.</summary>
    public Task<string> GeneratePuttyAsync(string file, params string[] arguments) =>
        PuttygenAsync([.. arguments, "-q", "--random-device", "/dev/urandom", "--new-passphrase", "/dev/null", "-C", "made by PuTTYgen", "-o", PathOf(file)]);

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(
            GenerateAsync("ed25519", "ed25519", "256"),
            GenerateAsync("rsa2048", "rsa", "2048"),
            GenerateAsync("rsa3072", "rsa", "3072"),
            GenerateAsync("ecdsa256", "ecdsa", "256"),
            GenerateAsync("ecdsa384", "ecdsa", "384"),
            GenerateAsync("ecdsa521", "ecdsa", "521"),
            GenerateWithPuttyAsync("putty-rsa", "rsa", "2048"),
            GenerateWithPuttyAsync("putty-ed25519", "ed25519", "255"),
            GenerateWithPuttyAsync("putty-ecdsa256", "ecdsa", "256"),
            GenerateWithPuttyAsync("putty-ecdsa521", "ecdsa", "521"));
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>UTF-8 bytes.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private Task<string> GenerateAsync(string name, string type, string bits) =>
        SshKeygenAsync("-q", "-t", type, "-b", bits, "-N", "", "-C", $"{name} of a test", "-f", PathOf(name));

    private async Task GenerateWithPuttyAsync(string name, string type, string bits)
    {
        await GeneratePuttyAsync(name + ".ppk", "-t", type, "-b", bits);
        await PuttygenAsync(PathOf(name + ".ppk"), "-O", "private-openssh-new", "-o", PathOf(name));
        await PuttygenAsync(PathOf(name + ".ppk"), "-O", "public-openssh", "-o", PathOf(name + ".pub"));
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string? input = null)
    {
        var outcome = await ExternalProcess.RunAsync(program, arguments, input);
        Assert.True(outcome.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {outcome}");
        return outcome.Output;
    }
}

[CollectionDefinition("key tools")]
public sealed class KeyToolsDefinition : ICollectionFixture<KeyTools>;
