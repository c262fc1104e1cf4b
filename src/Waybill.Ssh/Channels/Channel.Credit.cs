using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Channels;

/// <summary>How window credit goes back to the client. Consumption is counted on the program's thread, dropped data in the read loop.</summary>
internal sealed partial class Channel
{
    private readonly Lock _creditGate = new();
    private bool _creditBusy;
    private bool _creditAgain;
    private bool _creditCaughtUp;

    /// <summary>The program has consumed bytes (or they were dropped): credit goes back when there is enough of it.</summary>
    internal void Consumed(long count, bool caughtUp)
    {
        _receiveWindow.Consume(count);
        Credit(caughtUp);
    }

    /// <summary>The program reads no more: what comes is dropped, and credited so that the client is not left waiting.</summary>
    internal void InputDropped()
    {
        lock (_inputGate)
        {
            _inputDropped = true;
        }

        _receiveWindow.ConsumeAll();
        Credit(caughtUp: true);
    }

    private void Credit(bool caughtUp)
    {
        lock (_creditGate)
        {
            if (_creditBusy)
            {
                _creditAgain = true;
                _creditCaughtUp = caughtUp;
                return;
            }

            _creditBusy = true;
        }

        SendCredit(caughtUp);
    }

    // One adjust is under way at a time. While the transport has no room or exchanges keys, further credit adds up and leaves as one message: ten busy
    // uploads must not overflow SshLimits.HeldMessages during a key exchange.
    private void SendCredit(bool caughtUp)
    {
        do
        {
            var credit = _receiveWindow.TakeCredit(caughtUp);
            if (credit > 0 && TrySendAdjust(credit))
            {
                var flushed = _services.Sender.FlushAsync(CancellationToken.None);
                if (!flushed.IsCompletedSuccessfully)
                {
                    _ = CreditAfterAsync(flushed);
                    return;
                }

                _ = flushed.Result;
            }
        }
        while (CreditAgain(out caughtUp));
    }

    private async Task CreditAfterAsync(ValueTask<bool> flushed)
    {
        try
        {
            if (await flushed.ConfigureAwait(false) && CreditAgain(out var caughtUp))
            {
                SendCredit(caughtUp);
            }
        }
        catch (Exception exception)
        {
            ChannelLog.CloseNotSent(_services.Logger, exception, Number);
        }
    }

    private bool CreditAgain(out bool caughtUp)
    {
        lock (_creditGate)
        {
            caughtUp = _creditCaughtUp;
            _creditBusy = _creditAgain;
            _creditAgain = false;
            return _creditBusy;
        }
    }

    private bool TrySendAdjust(uint credit)
    {
        lock (_gate)
        {
            if (_closeSent || _lost || _eofReceived)
            {
                return false;
            }

            // byte SSH_MSG_CHANNEL_WINDOW_ADJUST, uint32 recipient channel, uint32 bytes to add
            var message = new SshWriter(stackalloc byte[9]);
            message.WriteByte(ChannelMessage.WindowAdjust);
            message.WriteUInt32(_peerNumber);
            message.WriteUInt32(credit);
            _services.Sender.Send(message.Written);
            return true;
        }
    }
}
