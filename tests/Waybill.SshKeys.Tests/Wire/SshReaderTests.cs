using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Tests.Wire;

public sealed class SshReaderTests
{
    [Fact]
    public void It_reads_straight_down_a_field_list()
    {
        var reader = new SshReader([7, 0, 2, 0x01, 0x02, 0x03, 0x04, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 2, (byte)'h', (byte)'i', 9, 9, 0, 0, 0, 1, 5]);
        Assert.Equal(7, reader.ReadByte());
        Assert.False(reader.ReadBoolean());
        Assert.True(reader.ReadBoolean());
        Assert.Equal(0x01020304u, reader.ReadUInt32());
        Assert.Equal(0x0102030405060708u, reader.ReadUInt64());
        Assert.True(reader.ReadString().SequenceEqual("hi"u8));
        Assert.Equal(new byte[] { 9, 9 }, reader.ReadBytes(2).ToArray());
        Assert.Equal(5, reader.Rest.Length);
        Assert.False(reader.SucceededToTheEnd);
        Assert.Equal(new byte[] { 5 }, reader.ReadPositiveMpint().ToArray());
        Assert.True(reader.Succeeded);
        Assert.True(reader.SucceededToTheEnd);
    }

    [Fact]
    public void A_failed_read_is_sticky_and_returns_defaults()
    {
        var reader = new SshReader([0, 0, 0]);
        Assert.Equal(0u, reader.ReadUInt32());
        Assert.False(reader.Succeeded);

        // Three bytes were there, but after a failure nothing is read from them.
        Assert.Equal(0, reader.ReadByte());
        Assert.False(reader.ReadBoolean());
        Assert.Equal(0ul, reader.ReadUInt64());
        Assert.True(reader.ReadString().IsEmpty);
        Assert.True(reader.ReadPositiveMpint().IsEmpty);
        Assert.True(reader.ReadBytes(0).IsEmpty);
        Assert.True(reader.Rest.IsEmpty);
        Assert.False(reader.SucceededToTheEnd);
    }

    [Theory]
    [InlineData("00000001")]
    [InlineData("0000000261")]
    [InlineData("7fffffff61")]
    [InlineData("8000000061")]
    [InlineData("ffffffff61")]
    [InlineData("fffffffb61")]
    public void A_string_longer_than_the_message_fails(string message)
    {
        var reader = new SshReader(Convert.FromHexString(message));
        Assert.True(reader.ReadString().IsEmpty);
        Assert.False(reader.Succeeded);
    }

    [Fact]
    public void An_empty_string_and_an_empty_message_are_well_formed()
    {
        var reader = new SshReader([0, 0, 0, 0]);
        Assert.True(reader.ReadString().IsEmpty);
        Assert.True(reader.SucceededToTheEnd);

        var nothing = new SshReader([]);
        Assert.True(nothing.SucceededToTheEnd);
        Assert.Equal(0, nothing.ReadByte());
        Assert.False(nothing.SucceededToTheEnd);
    }

    [Theory]
    [InlineData("00000000", "")]
    [InlineData("0000000101", "01")]
    [InlineData("000000017f", "7f")]
    [InlineData("000000020080", "80")]
    [InlineData("0000000809a378f9b2e332a7", "09a378f9b2e332a7")]
    [InlineData("0000000300ff00", "ff00")]
    public void A_positive_mpint_is_read_as_its_magnitude(string message, string magnitude)
    {
        var reader = new SshReader(Convert.FromHexString(message));
        Assert.Equal(magnitude, Convert.ToHexStringLower(reader.ReadPositiveMpint()));
        Assert.True(reader.SucceededToTheEnd);
    }

    [Theory]
    [InlineData("0000000180")]
    [InlineData("00000002edcc")]
    [InlineData("00000005ff21524111")]
    [InlineData("0000000100")]
    [InlineData("00000002007f")]
    [InlineData("000000020000")]
    [InlineData("00000003000080")]
    [InlineData("000000020080ff", false)]
    public void A_negative_or_padded_mpint_fails(string message, bool fails = true)
    {
        var reader = new SshReader(Convert.FromHexString(message));
        reader.ReadPositiveMpint();
        Assert.Equal(!fails, reader.Succeeded);
        Assert.False(reader.SucceededToTheEnd);
    }

    [Fact]
    public void Every_cut_of_a_message_fails_and_never_throws()
    {
        byte[] message = [1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 2, 0, 0x90, 0, 0, 0, 0, 0, 0, 0, 9];
        for (var length = 0; length <= message.Length; length++)
        {
            var reader = new SshReader(message.AsSpan(0, length));
            reader.ReadByte();
            reader.ReadString();
            reader.ReadPositiveMpint();
            reader.ReadUInt64();
            Assert.Equal(length == message.Length, reader.SucceededToTheEnd);
        }
    }
}
