using System.Text;
using Waybill.Sftp.Wire;
using Waybill.Storage;

namespace Waybill.Sftp.Tests;

public sealed class StatusTextTests
{
    public static TheoryData<StoreError, int> Codes => new()
    {
        { StoreError.None, 0 },
        { StoreError.NotFound, 2 },
        { StoreError.AlreadyExists, 4 },
        { StoreError.PermissionDenied, 3 },
        { StoreError.NotADirectory, 2 },
        { StoreError.IsADirectory, 4 },
        { StoreError.NotARegularFile, 4 },
        { StoreError.DirectoryNotEmpty, 4 },
        { StoreError.NameTooLong, 5 },
        { StoreError.InvalidName, 4 },
        { StoreError.TooManyLinks, 2 },
        { StoreError.NoSpace, 4 },
        { StoreError.QuotaExceeded, 4 },
        { StoreError.CrossDevice, 4 },
        { StoreError.BadHandle, 4 },
        { StoreError.InvalidArgument, 5 },
        { StoreError.NotSupported, 8 },
        { StoreError.ReadOnlyFileSystem, 4 },
        { StoreError.TooManyOpenFiles, 4 },
        { StoreError.Busy, 4 },
        { StoreError.InputOutput, 4 },
        { StoreError.Held, 4 },
        { StoreError.Abandoned, 4 },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_error_of_the_store_has_OpenSSHs_code(StoreError error, int code) => Assert.Equal((SftpStatus)code, SftpStatusTexts.CodeOf(error));

    [Fact]
    public void The_list_above_is_complete() => Assert.Equal(Enum.GetValues<StoreError>().Order(), Codes.Select(row => row.Data.Item1).Order());

    [Fact]
    public void Every_failure_has_words_of_its_own_that_say_what_to_do()
    {
        var answers = Enum.GetValues<StoreError>().Where(error => error != StoreError.None).Select(error => (SftpAnswer)error)
            .Concat(Enum.GetValues<SftpOutcome>()
                .Where(outcome => outcome is not (SftpOutcome.Sent or SftpOutcome.Ok or SftpOutcome.EndOfFile or SftpOutcome.StoreFailed or SftpOutcome.Hidden or SftpOutcome.OutOfRange))
                .Select(outcome => (SftpAnswer)outcome))
            .ToArray();
        var words = answers.Select(answer => Encoding.UTF8.GetString(SftpStatusTexts.WordsOf(answer))).ToArray();
        Assert.All(words, text => Assert.True(text.Length is > 30 and < 200 && text.EndsWith('.') && text.All(c => c is >= ' ' and <= '~'), text));
        Assert.Equal(words.Length, words.Distinct().Count());
        Assert.All(answers, answer => Assert.InRange((uint)SftpStatusTexts.CodeOf(answer), 2u, 8u));
    }

    [Fact]
    public void What_is_hidden_is_answered_as_what_is_missing()
    {
        Assert.Equal(SftpStatusTexts.CodeOf(StoreError.NotFound), SftpStatusTexts.CodeOf(SftpOutcome.Hidden));
        Assert.True(SftpStatusTexts.WordsOf(StoreError.NotFound).SequenceEqual(SftpStatusTexts.WordsOf(SftpOutcome.Hidden)));
    }
}
