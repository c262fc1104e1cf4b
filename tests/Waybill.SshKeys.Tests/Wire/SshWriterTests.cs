using Waybill.SshKeys.Wire;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Wire;

public sealed class SshWriterTests
{
    [Fact]
    public void Each_type_has_the_bytes_of_RFC_4251()
    {
        var writer = new SshWriter(new byte[64]);
        writer.WriteByte(0xAB);
        writer.WriteBoolean(true);
        writer.WriteBoolean(false);
        writer.WriteUInt32(699_921_578);
        writer.WriteUInt64(0x0102030405060708);
        writer.WriteString("testing");
        writer.WriteString("\u00e4"u8);
        writer.WriteString("\u00e4");
        writer.WriteBytes([1, 2]);
        Assert.Equal(
            "ab0100" + "29b7f4aa" + "0102030405060708" + "0000000774657374696e67" + "00000002c3a4" + "00000002c3a4" + "0102",
            Convert.ToHexStringLower(writer.Written));
        Assert.Equal(writer.Written.Length, writer.Position);
    }

    [Theory]
    [InlineData("", "00000000")]
    [InlineData("00", "00000000")]
    [InlineData("000000", "00000000")]
    [InlineData("09a378f9b2e332a7", "0000000809a378f9b2e332a7")]
    [InlineData("80", "000000020080")]
    [InlineData("0080", "000000020080")]
    [InlineData("0000007f", "000000017f")]
    public void An_mpint_is_as_short_as_it_can_be_and_never_negative(string magnitude, string expected)
    {
        var writer = new SshWriter(new byte[16]);
        writer.WriteMpint(Convert.FromHexString(magnitude));
        Assert.Equal(expected, Convert.ToHexStringLower(writer.Written));
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        var random = SeededRandom.FromEnvironment();
        for (var i = 0; i < 2000; i++)
        {
            var number = random.Bytes(random.Next(40));
            var text = random.Bytes(random.Next(40));
            var value = random.NextUInt64();
            var writer = new SshWriter(new byte[256]);
            writer.WriteMpint(number);
            writer.WriteString(text);
            writer.WriteUInt64(value);
            var reader = new SshReader(writer.Written);
            Assert.True(reader.ReadPositiveMpint().SequenceEqual(number.AsSpan().TrimStart((byte)0)), random.ToString());
            Assert.True(reader.ReadString().SequenceEqual(text), random.ToString());
            Assert.Equal(value, reader.ReadUInt64());
            Assert.True(reader.SucceededToTheEnd, random.ToString());
        }
    }

    [Fact]
    public void Running_over_the_end_throws()
    {
        Assert.ThrowsAny<ArgumentException>(() =>
        {
            var writer = new SshWriter(new byte[3]);
            writer.WriteUInt32(1);
        });
        Assert.ThrowsAny<ArgumentException>(() =>
        {
            var writer = new SshWriter(new byte[6]);
            writer.WriteString("abc"u8);
        });
        Assert.ThrowsAny<ArgumentException>(() =>
        {
            var writer = new SshWriter(new byte[6]);
            writer.WriteString("abc");
        });
        Assert.Throws<IndexOutOfRangeException>(() =>
        {
            var writer = new SshWriter([]);
            writer.WriteByte(1);
        });
    }
}
