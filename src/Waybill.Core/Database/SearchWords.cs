using System.Globalization;
using System.Text;

namespace Waybill.Core.Database;

/// <summary>
/// The search by beginnings of words: a table has the words of each row (<c>word</c> and the row's number, in that order the key), and each word that is searched for
/// is the beginning of one of them. Whatever the fewest rows have is read first.
/// </summary>
internal static class SearchWords
{
    /// <summary>Words of a row that the search knows; and of what is searched for.</summary>
    public const int Most = 12;

    /// <summary>Rows that a word may fit before all are read in their order instead, until a page is full.</summary>
    public const int Sorted = 2000;

    private const int LongestWord = 40;

    /// <summary>Behind every word that begins so, in the order of UTF-8.</summary>
    private const string Last = "\U0010FFFF";

    /// <summary>The end of the range of texts that begin with <paramref name="beginning"/>.</summary>
    public static string After(string beginning) => beginning + Last;

    /// <summary>The words of a text, in lower case and each once.</summary>
    public static List<string> Of(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        foreach (var c in text.ToLowerInvariant().Append(' '))
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            {
                word.Append(c);
                continue;
            }

            // A surrogate pair is never cut: the column takes no half of one.
            var length = word.Length > LongestWord && char.IsHighSurrogate(word[LongestWord - 1]) ? LongestWord - 1 : Math.Min(word.Length, LongestWord);
            if (length > 0 && words.Count < Most && word.ToString(0, length) is var found && !words.Contains(found))
            {
                words.Add(found);
            }

            word.Clear();
        }

        return words;
    }

    /// <summary>The word that the fewest rows have, if it is worth to begin with it; else null.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="table">The table of words.</param>
    /// <param name="words">What is searched for.</param>
    public static string? Rarest(DatabaseConnection connection, string table, List<string> words)
    {
        var (rarest, fewest) = ((string?)null, (long)Sorted + 1);
        foreach (var word in words)
        {
            var count = connection.Number(
                $"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE word >= @first AND word < @last LIMIT @most)",
                ("@first", word), ("@last", After(word)), ("@most", Sorted + 1));
            (rarest, fewest) = count < fewest ? (word, count) : (rarest, fewest);
        }

        return rarest;
    }

    /// <summary>The names of the parameters that bound a word.</summary>
    public static (string First, string Last) Names(int index) =>
        (string.Create(CultureInfo.InvariantCulture, $"@first{index}"), string.Create(CultureInfo.InvariantCulture, $"@last{index}"));
}
