using System.Diagnostics;

using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>The readers hold on whatever they get: no exception, no time that grows with the square of the input.</summary>
[Collection("key tools")]
public sealed class KeyFileMutationTests(KeyTools tools)
{
    private const int Rounds = 4000;

    [Fact]
    public async Task Mutated_files_are_judged_and_never_thrown_at()
    {
        var random = SeededRandom.FromEnvironment();
        byte[][] seeds =
        [
            tools.Read("ed25519"), tools.Read("rsa2048"), tools.Read("ecdsa384"), tools.Read("ed25519.pub"), tools.Read("rsa2048.pub"), tools.Read("putty-rsa.ppk"),
            KeyTools.Bytes(await KeyTools.PuttygenAsync(tools.PathOf("putty-rsa.pub"), "-O", "public")),
            KeyTools.Bytes(await KeyTools.SshKeygenAsync("-e", "-m", "PKCS8", "-f", tools.PathOf("ecdsa256.pub"))),
            KeyTools.Bytes(await KeyTools.SshKeygenAsync("-e", "-m", "PEM", "-f", tools.PathOf("rsa2048.pub"))),
        ];
        var outcomes = new HashSet<PublicKeyMistake>();
        for (var round = 0; round < Rounds; round++)
        {
            var file = (byte[])random.Pick(seeds).Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                file = Mutate(file, random);
            }

            try
            {
                outcomes.Add(PublicKeyFile.Read(file).Mistake);
                PrivateKeyFile.Read(file).Key?.Dispose();
            }
            catch (Exception exception)
            {
                Assert.Fail($"{random}, round {round}: {exception}\n{Convert.ToHexString(file)}");
            }
        }

        Assert.Superset(new HashSet<PublicKeyMistake> { PublicKeyMistake.None, PublicKeyMistake.CutOff, PublicKeyMistake.Damaged, PublicKeyMistake.PuttyPrivateKey, PublicKeyMistake.OpenSshPrivateKey }, outcomes);
    }

    [Theory]
    [InlineData("AAAAC3Nz ")]
    [InlineData("AAAAC3NzaC1lZDI1NTE5AAAAILxrGz\n")]
    [InlineData("a ")]
    [InlineData("\n")]
    [InlineData("MIIBIjANBgkqhkiG9w0B\n")]
    [InlineData("=3D")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----\n")]
    [InlineData("x: \\\n")]
    [InlineData("no-pty,a=\"")]
    [InlineData(">")]
    [InlineData("1 ")]
    [InlineData("0\0")]
    public void A_full_file_of_anything_is_judged_in_a_moment(string unit)
    {
        var file = KeyTools.Bytes(string.Concat(Enumerable.Repeat(unit, PublicKeyFile.MaxFileLength / unit.Length)));
        PublicKeyFile.Read(file);
        var watch = Stopwatch.StartNew();
        Assert.False(PublicKeyFile.Read(file).IsKey);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
        Assert.InRange(Allocations.InSteadyState(() => PublicKeyFile.Read(file)), 0, 16 * 1024 * 1024);
    }

    private static byte[] Mutate(byte[] file, SeededRandom random)
    {
        if (file.Length == 0)
        {
            return random.Bytes(8);
        }

        var at = random.Next(file.Length);
        var count = random.Next(1, Math.Min(40, file.Length - at + 1));
        switch (random.Next(6))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                return file[..at];
            case 2:
                return [.. file[..at], .. file[(at + count)..]];
            case 3:
                return [.. file[..at], .. file.AsSpan(random.Next(file.Length - count + 1), count), .. file[at..]];
            case 4:
                return [.. file[..at], random.Pick<byte>([(byte)'\n', (byte)' ', (byte)'=', (byte)'\\', (byte)'"', (byte)':', (byte)'-', (byte)'A', 0, 0xFF]), .. file[at..]];
            default:
                random.Fill(file.AsSpan(at, Math.Min(count, 4)));
                return file;
        }
    }
}
