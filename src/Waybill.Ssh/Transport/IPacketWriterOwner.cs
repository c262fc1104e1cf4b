using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Transport;

/// <summary>What a <see cref="PacketWriter"/> tells its connection; called from any thread, must return at once.</summary>
internal interface IPacketWriterOwner
{
    /// <summary>The outgoing key has protected as much as it may.</summary>
    void RekeyIsDue();

    /// <summary>A limit of the way out was exceeded; nothing more is sent.</summary>
    void WriterFailed(SshEndReason reason, string words);
}
