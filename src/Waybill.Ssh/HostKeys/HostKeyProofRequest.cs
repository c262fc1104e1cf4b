using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.HostKeys;

/// <summary>The keys that hostkeys-prove-00@openssh.com names; a view of the message, parsed as it is walked.</summary>
internal readonly ref struct HostKeyProofRequest
{
    private readonly ReadOnlySpan<byte> _keys;

    private HostKeyProofRequest(ReadOnlySpan<byte> keys) => _keys = keys;

    /// <summary>Reads what follows the request's name and want_reply.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, out HostKeyProofRequest request)
    {
        // string[]  hostkeys, to the end of the message
        var reader = new SshReader(data);
        while (reader.Succeeded && !reader.Rest.IsEmpty)
        {
            reader.ReadString();
        }

        request = new HostKeyProofRequest(reader.Succeeded ? data : default);
        return reader.SucceededToTheEnd;
    }

    public Enumerator GetEnumerator() => new(_keys);

    internal ref struct Enumerator(ReadOnlySpan<byte> keys)
    {
        private SshReader _reader = new(keys);

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (_reader.Rest.IsEmpty)
            {
                return false;
            }

            Current = _reader.ReadString();
            return true;
        }
    }
}
