using System.Reflection;
using Waybill.Core.Links;

namespace Waybill.Portal.Tests;

/// <summary>Every purpose of a secret link has its page: a mail whose link leads nowhere is seen here before a customer sees it.</summary>
public sealed class LinkPurposeTests
{
    /// <summary>Those of Core that no page is made for yet. A row goes when its page comes.</summary>
    private static readonly string[] _withoutPage = ["person-reset", "person-sign-up"];

    [Fact]
    public async Task Every_purpose_of_a_link_has_a_page_or_is_named_as_having_none_yet()
    {
        var purposes = Purposes();
        Assert.Contains("retention", purposes);
        Assert.Contains("key-file", purposes);
        Assert.Contains("person-sign-up", purposes);
        Assert.All(purposes, static purpose => Assert.InRange(purpose.Length, 1, LinkLimits.PurposeLength));
        await using var portal = await RouteInventoryTests.OpenAsync();
        var pages = portal.Routes.Where(static route => route.StartsWith("links/", StringComparison.Ordinal)).ToList();
        Assert.All(pages, static page => Assert.EndsWith("/{token}", page, StringComparison.Ordinal));
        Assert.Equal(purposes.Except(_withoutPage).Order(), pages.Select(static page => page.Split('/')[1]).Order());
        Assert.Empty(_withoutPage.Except(purposes));
    }

    /// <summary>Core names a purpose in a constant whose name ends in Purpose, or keeps those of a feature together in a static class whose name ends in Links.</summary>
    private static List<string> Purposes() =>
    [
        .. typeof(SecretLinks).Assembly.GetTypes()
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static field => field is { IsLiteral: true } && field.FieldType == typeof(string)
                && (field.Name.EndsWith("Purpose", StringComparison.Ordinal) || field.DeclaringType is { IsAbstract: true, IsSealed: true } type && type.Name.EndsWith("Links", StringComparison.Ordinal)))
            .Select(static field => (string)field.GetRawConstantValue()!)
            .Distinct()
            .Order(),
    ];
}
