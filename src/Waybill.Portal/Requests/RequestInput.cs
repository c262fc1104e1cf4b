using Microsoft.AspNetCore.Http;
using Waybill.Core.Onboarding;
using Waybill.Portal.People;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Requests;

/// <summary>What stands in the fields of the form of a request: to be shown, and as it was sent.</summary>
/// <param name="Details">All fields but the key.</param>
internal sealed record RequestInput(RequestDetails Details)
{
    private static readonly char[] Dividers = [' ', ',', ';', '\t', '\r', '\n'];

    /// <summary>The key as it may be shown again: one public key, and never what else was sent.</summary>
    public string Key { get; private init; } = "";

    /// <summary>The key as it was sent; null for none.</summary>
    public byte[]? KeyFile { get; private init; }

    /// <summary>A second private key that was sent beside it; null for none.</summary>
    public byte[]? SecondPrivate { get; private init; }

    /// <summary>The file has more bytes than any key; nothing was made of it.</summary>
    public bool IsTooLarge { get; private init; }

    /// <summary>Reads the form. It has been in memory alone: a private key may be in it.</summary>
    public static async Task<RequestInput> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var details = new RequestDetails
        {
            FirstName = Text("firstName"),
            LastName = Text("lastName"),
            Email = Text("email"),
            Phone = Text("phone"),
            Company = Text("company"),
            Account = Text("account"),
            UserName = Text("userName"),
            Feeds = All("feeds"),
            FileTypes = All("fileTypes"),
            Automation = Text("automation") is not null,
            AllowFrom = Text("allowFrom")?.Split(Dividers, StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
        var upload = await KeyUpload.ReadAsync(request, cancellationToken);
        if (upload.IsTooLarge)
        {
            return new RequestInput(details) { IsTooLarge = true };
        }

        var reading = upload.Content is { } key ? PublicKeyFile.Read(key) : null;
        return new RequestInput(details) { KeyFile = upload.Content, SecondPrivate = upload.SecondPrivate, Key = reading is { IsKey: true } ? Line(reading.Key) : "" };

        string? Text(string name) => form[name] is [{ } first, ..] && !string.IsNullOrWhiteSpace(first) ? first : null;

        string[] All(string name) => [.. form[name].OfType<string>()];
    }

    /// <summary>As Core takes it.</summary>
    public RequestForm ToForm() => new(Details) { KeyFile = KeyFile, SecondPrivate = SecondPrivate };

    private static string Line(SshPublicKey key) => $"{key.KeyType} {Convert.ToBase64String(key.Blob.Span)}";
}
