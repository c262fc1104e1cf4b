namespace Waybill.Core.Certificates;

/// <summary>The topics of certificates.</summary>
public static class CertificateTopics
{
    /// <summary>The next certificate takes over on a day: for accounts whose people log in with a password, and so may have trusted a fingerprint.</summary>
    public const string Announced = "certificate-announced";

    /// <summary>The same for the provider, once and not for each account.</summary>
    public const string Due = "certificate-due";
}
