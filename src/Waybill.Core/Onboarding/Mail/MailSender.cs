namespace Waybill.Core.Onboarding.Mail;

/// <summary>RFC 5322 section 3.4: the first address of a field, with the name beside it.</summary>
/// <param name="Address">The address; checked to be one.</param>
/// <param name="Name">The name as a person reads it; empty when there is none.</param>
internal sealed record MailSender(string Address, string Name)
{
    /// <summary>Reads <c>"Example, Ann" &lt;ann@example.com&gt;</c>, <c>ann@example.com (Ann)</c> and <c>ann@example.com</c>; null when there is no address.</summary>
    public static MailSender? Read(string? field)
    {
        if (field is null)
        {
            return null;
        }

        var (name, address, comment) = (new System.Text.StringBuilder(), new System.Text.StringBuilder(), new System.Text.StringBuilder());
        var (quoted, angle, depth, hasAngle) = (false, false, 0, false);
        for (var at = 0; at < field.Length; at++)
        {
            var letter = field[at];
            if (letter == '\\' && (quoted || depth > 0) && at + 1 < field.Length)
            {
                (depth > 0 ? comment : name).Append(field[++at]);
                continue;
            }

            switch (letter)
            {
                case '"' when depth == 0 && !angle:
                    quoted = !quoted;
                    break;
                case '(' when !quoted && !angle:
                    depth++;
                    break;
                case ')' when depth > 0:
                    depth--;
                    break;
                case '<' when !quoted && depth == 0 && !hasAngle:
                    (angle, hasAngle) = (true, true);
                    break;
                case '>' when angle:
                    angle = false;
                    break;
                case ',' or ';' when !quoted && !angle && depth == 0 && (hasAngle || name.ToString().Contains('@', StringComparison.Ordinal)):
                    at = field.Length;
                    break;
                case ':' when !quoted && !angle && depth == 0:
                    // The name of a group: section 3.4.
                    name.Clear();
                    break;
                default:
                    (depth > 0 ? comment : angle ? address : name).Append(letter);
                    break;
            }
        }

        var found = (hasAngle ? address : name).ToString().Trim();
        var shown = EncodedWords.Decode((hasAngle ? name : comment).ToString()).Trim().Trim('\'', '"').Trim();
        return Notifications.MailMessages.IsAddress(found) ? new MailSender(found, shown.Equals(found, StringComparison.OrdinalIgnoreCase) ? "" : shown) : null;
    }
}
