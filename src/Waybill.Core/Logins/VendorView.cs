using Waybill.Core.AccountFiles;

namespace Waybill.Core.Logins;

/// <summary>A vendor of an account.</summary>
/// <param name="Login">Its login.</param>
/// <param name="Latest">What it delivered last, the latest first.</param>
/// <param name="IsOwnSuspension">The account itself has suspended the login, and may resume it.</param>
public sealed record VendorView(Login Login, IReadOnlyList<NewFile> Latest, bool IsOwnSuspension);
