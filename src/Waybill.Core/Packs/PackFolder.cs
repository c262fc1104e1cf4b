using Waybill.Storage;

namespace Waybill.Core.Packs;

/// <summary>A folder as a login sees it.</summary>
/// <param name="Path">Its path; a part in angle brackets, as <c>&lt;vendor&gt;</c>, stands for any name.</param>
/// <param name="Rights">What the login may do with what lies in it.</param>
/// <param name="RetentionMonths">How long files stay in it.</param>
public sealed record PackFolder(string Path, FileRights Rights, int RetentionMonths);
