using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Quotas;

/// <summary>
/// What one upload holds of its account's and its login's quota: its length, less what the version that it replaces will give back. Sums only: asked at every
/// WRITE, it allocates nothing.
/// </summary>
internal sealed class SpaceReservation(SessionQuota quota)
{
    private readonly Lock _lock = new();
    private Replaced _replaced;
    private FileIdentity _identity;
    private long _length;
    private QuotaAmount _ofAccount;
    private QuotaAmount _ofLogin;
    private bool _ended;

    public QuotaAmount OfAccount => _ofAccount;

    public QuotaAmount OfLogin => _ofLogin;

    /// <summary>Takes the first file and the bytes that the upload begins with.</summary>
    public bool TryBegin(long length, StoredVersion? replaced, FileIdentity identity)
    {
        _identity = identity;
        return TryHold(length, Replaced.Of(replaced));
    }

    /// <summary>Makes sure that <paramref name="length"/> bytes are covered.</summary>
    public bool TryGrow(long length) => length <= _length || TryHold(length, _replaced);

    /// <summary>The upload has become shorter.</summary>
    public void Shrink(long length) => TryHold(Math.Min(length, _length), _replaced);

    /// <summary>
    /// Asked under <see cref="SessionQuota.Changes"/> right before the name is put in place: what really is there now decides what is given back. It was removed
    /// or replaced meanwhile by another session if it is another file.
    /// </summary>
    public bool TryConfirm(long length, bool exists, FileIdentity identity, long size)
    {
        var replaced = !exists ? default
            : identity == _identity ? _replaced with { Bytes = Math.Min(_replaced.Bytes, size), OwnBytes = Math.Min(_replaced.OwnBytes, size) }
            : new Replaced(size, 1, 0, 0);
        return TryHold(length, replaced);
    }

    /// <summary>Nothing was published.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _ended = true;
                quota.Account.Release(_ofAccount);
                quota.Login.Release(_ofLogin);
            }
        }
    }

    /// <summary>The name is in place.</summary>
    public void Publish()
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _ended = true;
                quota.Published(this);
            }
        }
    }

    /// <summary>The name was taken back.</summary>
    public void Withdraw() => quota.Withdraw(this);

    private static QuotaAmount Amount(long length, long givenBack, long filesGivenBack) => new(Math.Max(0, length - givenBack), 1 - filesGivenBack);

    private bool TryHold(long length, in Replaced replaced)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return true;
            }

            var ofAccount = Amount(length, replaced.Bytes, replaced.Files);
            var ofLogin = Amount(length, replaced.OwnBytes, replaced.OwnFiles);
            if (!quota.Account.TryReserve(ofAccount - _ofAccount))
            {
                return quota.Refuse(quota.Account, ofAccount - _ofAccount, _ofAccount);
            }

            if (!quota.Login.TryReserve(ofLogin - _ofLogin))
            {
                quota.Account.Release(ofAccount - _ofAccount);
                return quota.Refuse(quota.Login, ofLogin - _ofLogin, _ofLogin);
            }

            (_ofAccount, _ofLogin, _length, _replaced) = (ofAccount, ofLogin, length, replaced);
            return true;
        }
    }

    private readonly record struct Replaced(long Bytes, long Files, long OwnBytes, long OwnFiles)
    {
        public static Replaced Of(StoredVersion? version) => version is not { } known ? default
            : known.IsOwn ? new(known.Size, 1, known.Size, 1)
            : new(known.Size, 1, 0, 0);
    }
}
