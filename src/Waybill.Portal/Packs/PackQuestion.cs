using Microsoft.AspNetCore.Http;
using Waybill.Core.Packs;

namespace Waybill.Portal.Packs;

/// <summary>What the visitor said of the places of the private keys: paths alone, as they stand in the address. It asks again for each file, so nothing is kept here.</summary>
internal sealed record PackQuestion
{
    /// <summary>The field of the key in PuTTY's format.</summary>
    public const string PuttyField = "ppk";

    /// <summary>The field of the key in OpenSSH's.</summary>
    public const string OpenSshField = "key";

    private PackQuestion(string putty, string openSsh) => (Putty, OpenSsh) = (putty, openSsh);

    /// <summary>Where the key for WinSCP, PuTTY and FileZilla lies; empty for the usual place.</summary>
    public string Putty { get; }

    /// <summary>Where that for OpenSSH and what reads its keys lies.</summary>
    public string OpenSsh { get; }

    public string? PuttyProblem { get; private init; }

    public string? OpenSshProblem { get; private init; }

    public bool IsWrong => PuttyProblem is not null || OpenSshProblem is not null;

    /// <summary>The same for the next address: empty, or with its question mark.</summary>
    public string Query { get; private init; } = "";

    /// <summary>The places; the usual ones while something is wrong.</summary>
    public PackKeyFiles Places { get; private init; } = PackKeyFiles.Usual;

    /// <summary>Reads the address.</summary>
    /// <param name="query">Its query.</param>
    /// <param name="notPutty">What is said when the first path is not PuTTY's.</param>
    /// <param name="notOpenSsh">What is said when the second one is.</param>
    public static PackQuestion Read(IQueryCollection query, string notPutty, string notOpenSsh)
    {
        var question = new PackQuestion(Path(query[PuttyField]), Path(query[OpenSshField]));
        question = question with { PuttyProblem = Wrong(question.Putty, isPutty: true, notPutty), OpenSshProblem = Wrong(question.OpenSsh, isPutty: false, notOpenSsh) };
        if (question.IsWrong)
        {
            return question;
        }

        (string Field, string Path)[] given = [.. new[] { (PuttyField, question.Putty), (OpenSshField, question.OpenSsh) }.Where(static each => each.Item2.Length > 0)];
        return question with
        {
            Query = QueryString.Create(given.Select(static each => KeyValuePair.Create<string, string?>(each.Field, each.Path))).Value ?? "",
            Places = PackKeyFiles.Of([.. given.Select(static each => each.Path)]).Value ?? PackKeyFiles.Usual,
        };
    }

    private static string? Wrong(string path, bool isPutty, string otherKind) =>
        path.Length == 0 ? null
        : PackKeyFiles.Of(path) is { Succeeded: false } refused ? refused.Problem.Message
        : path.EndsWith(".ppk", StringComparison.OrdinalIgnoreCase) != isPutty ? otherKind
        : null;

    // Windows copies a path with quotes around it.
    private static string Path(string? text) => (text ?? "").Trim() is ['"', .. var inner, '"'] ? inner.Trim() : (text ?? "").Trim();
}
