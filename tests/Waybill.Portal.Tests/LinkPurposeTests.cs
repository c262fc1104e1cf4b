using System.Reflection;
using Waybill.Core.Links;

namespace Waybill.Portal.Tests;

/// <summary>Every purpose of a secret link has its page: a mail whose link leads nowhere is seen here before a customer sees it.</summary>
public sealed class LinkPurposeTests
{
    [Fact]
    public async Task Every_purpose_of_a_link_has_a_page()
    {
        var purposes = Purposes();
        Assert.Contains("retention", purposes);
        Assert.Contains("key-file", purposes);
        Assert.Contains("person-sign-up", purposes);
        Assert.All(purposes, static purpose => Assert.InRange(purpose.Length, 1, LinkLimits.PurposeLength));
        await using var portal = await RouteInventoryTests.OpenAsync();
        var pages = portal.Routes.Where(static route => route.StartsWith("links/", StringComparison.Ordinal)).ToList();
        Assert.All(pages, static page => Assert.Matches(@"^links/[a-z-]+/\{token\}(/\{file\?\})?$", page));
        Assert.Equal(purposes.Order(), pages.Select(static page => page.Split('/')[1]).Order());
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
