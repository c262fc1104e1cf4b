namespace Waybill.Core.Numbers;

/// <summary>What sort of place calls to a number go to. The letters are NTSAPI's, and their case counts.</summary>
public enum TargetKind
{
    /// <summary>A telephone number: international digits without the plus.</summary>
    Pstn,

    /// <summary><c>S:</c>, SIP with DTMF after RFC 2833.</summary>
    Sip,

    /// <summary><c>s:</c>, SIP with DTMF in the voice.</summary>
    SipInBand,

    /// <summary><c>E:</c>, SIP over TLS with SRTP.</summary>
    SipTls,

    /// <summary><c>I:</c>, IAX2.</summary>
    Iax2,

    /// <summary><c>F:</c>, fax to an e-mail address.</summary>
    Fax,

    /// <summary><c>V:</c>, voicemail to an e-mail address.</summary>
    Voicemail,
}
