using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>The corpora that fuzzing starts from show every outcome of the two readers, so that mutation starts near each of them.</summary>
public sealed class KeyFileCorpusTests
{
    [Fact]
    public void The_corpus_of_public_key_files_shows_every_outcome()
    {
        var readings = Corpus("public-key-file").Select(file => PublicKeyFile.Read(file)).ToList();
        Assert.Equal(
            Enum.GetValues<PublicKeyMistake>(), readings.Select(reading => reading.Mistake).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<PublicKeyFormat>(), readings.Select(reading => reading.Format).Distinct().Order());
    }

    [Fact]
    public void The_corpus_of_private_key_files_shows_every_outcome()
    {
        var mistakes = new SortedSet<PrivateKeyMistake>();
        foreach (var file in Corpus("private-key-file"))
        {
            var reading = PrivateKeyFile.Read(file);
            mistakes.Add(reading.Mistake);
            reading.Key?.Dispose();
        }

        Assert.Equal(Enum.GetValues<PrivateKeyMistake>(), mistakes);
    }

    private static IEnumerable<byte[]> Corpus(string name) =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "fuzz", "corpus", name)).Select(File.ReadAllBytes);
}
