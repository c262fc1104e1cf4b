using Waybill.Core.Audit;

namespace Waybill.Core;

/// <summary>What people typed, made fit for a line of a message; and checks that several features share.</summary>
internal static class Words
{
    private const int Shown = 80;

    /// <summary>The longest name, label or reason.</summary>
    public const int MaximumLength = 200;

    /// <summary>Text of a person inside a message: no control characters, not endless.</summary>
    public static string Show(string? text) => AuditText.Clean(text ?? "", Shown, doubleBackslash: false)!;

    /// <summary>What is wrong with a name, label or reason; or null.</summary>
    public static Problem? Check(string what, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Problem.Invalid($"The {what} is empty. Give some text.");
        }

        if (text.Length > MaximumLength)
        {
            return Problem.Invalid($"The {what} is longer than {MaximumLength} characters. Shorten it.");
        }

        return AuditText.Clean(text, int.MaxValue, doubleBackslash: false) == text
            ? null
            : Problem.Invalid($"The {what} holds control characters or invisible marks. Type it again without them.");
    }
}
