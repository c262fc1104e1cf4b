using Waybill.SshKeys.Wire;
using Waybill.TestKit;

namespace Waybill.Fuzz;

/// <summary>Inputs that are several messages: each as a string with its length before it, so that the mutator can add, drop and swap whole messages.</summary>
internal static class FuzzFrames
{
    public const int MaximumMessages = 128;

    public static List<byte[]> Read(ReadOnlySpan<byte> input)
    {
        var messages = new List<byte[]>();
        var reader = new SshReader(input);
        while (reader.Succeeded && !reader.Rest.IsEmpty && messages.Count < MaximumMessages)
        {
            var message = reader.ReadString();
            if (reader.Succeeded && !message.IsEmpty)
            {
                messages.Add(message.ToArray());
            }
        }

        return messages;
    }

    public static byte[] Write(IEnumerable<byte[]> messages)
    {
        var input = new MessageBuilder();
        foreach (var message in messages)
        {
            input.String(message);
        }

        return input.ToArray();
    }
}
