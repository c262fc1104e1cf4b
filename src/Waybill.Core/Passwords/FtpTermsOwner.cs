namespace Waybill.Core.Passwords;

/// <summary>A login or an account for which terms of FTP were set: where its row is.</summary>
internal readonly record struct FtpTermsOwner(string Table, string Column, long Id)
{
    public static FtpTermsOwner Login(long id) => new("login_ftp", "login_id", id);

    public static FtpTermsOwner Account(long id) => new("account_ftp", "account_id", id);
}
