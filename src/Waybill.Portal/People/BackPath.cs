using Microsoft.AspNetCore.Mvc;

namespace Waybill.Portal.People;

/// <summary>Where somebody wanted to go before signing in: a path of this portal, or nothing.</summary>
internal static class BackPath
{
    public const string Home = "/home";

    /// <summary>The path of a step of signing in, with the way back.</summary>
    public static string With(string path, string? back) => back is null or Home ? path : $"{path}?back={Uri.EscapeDataString(back)}";

    /// <summary>What a form or an address gave, if it leads nowhere else: whoever signs in here must not end on a copy of the portal.</summary>
    public static string? Check(IUrlHelper url, string? back) => back is ['/', ..] && url.IsLocalUrl(back) ? back : null;
}
